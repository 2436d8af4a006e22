// breaks the rule
import { run } from './run.ts';

export const all = run;
