// breaks the rule
import { list } from './server/list-runs.ts';

export const x = list;
