// breaks the rule
import { advance } from '@mainspring/engine/run/advance.ts';

export const run = advance;
