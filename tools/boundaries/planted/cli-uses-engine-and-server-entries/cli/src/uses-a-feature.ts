// breaks the rule
import { list } from '@mainspring/app/features/runs/server/public.ts';

export const x = list;
