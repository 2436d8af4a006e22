// breaks the rule
import { rows } from '../../workflows/server/queries.ts';

export const list = rows;
