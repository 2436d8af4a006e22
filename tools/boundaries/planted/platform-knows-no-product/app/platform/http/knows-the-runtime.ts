// breaks the rule
import { start } from '../../runtime/public.ts';

export const serve = start;
