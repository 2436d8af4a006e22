// breaks the rule
import { run } from '../bench/run.ts';

export const check = run;
