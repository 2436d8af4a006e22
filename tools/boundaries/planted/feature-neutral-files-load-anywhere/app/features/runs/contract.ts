import type { Json } from '@mainspring/engine/json.ts';
import { z } from 'zod';
import { id } from './feature.ts';

export const run = z.any() as z.ZodType<Json | typeof id>;
