/**
 * The process in which one piece of code runs once. Plain JavaScript, since reading TypeScript would double the time
 * that each run takes to start.
 */
import { loadQuickJs } from './quick-js.mjs';
import { serve } from './serve.mjs';

await serve(await loadQuickJs());
