export { start } from './start.ts';
export { stop } from './stop.ts';
