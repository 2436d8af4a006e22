// breaks the rule
import { list } from '../../features/runs/server/public.ts';

export const serve = list;
