import { z } from 'zod';
import { x } from './x.ts';

export const run = z.literal(x);
