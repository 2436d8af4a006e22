// breaks the rule
import { start } from '../../../server/start.ts';

export const list = start;
