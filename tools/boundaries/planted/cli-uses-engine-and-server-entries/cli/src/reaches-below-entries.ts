// breaks the rule
import { wire } from '@mainspring/app/server/wiring/wire.ts';

export const x = wire;
