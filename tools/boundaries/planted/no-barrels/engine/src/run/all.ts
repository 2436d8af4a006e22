// breaks the rule
export * from './run.ts';
export { run as again } from './run.ts';
