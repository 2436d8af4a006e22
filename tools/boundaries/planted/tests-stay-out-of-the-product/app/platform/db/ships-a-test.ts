// breaks the rule
import { x } from './db.test.ts';

export const y = x;
