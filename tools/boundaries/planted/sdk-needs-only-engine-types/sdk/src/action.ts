import type { Json } from '@mainspring/engine/json.ts';
import { z } from 'zod';

export const json = z.any() as z.ZodType<Json>;
