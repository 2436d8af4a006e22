import type { Json } from '@mainspring/engine/json.ts';
import { z } from 'zod';

/**
 * Any JSON value, in the schema of an action's input or output. What arrives has been read as JSON already, so there
 * is nothing to check; and `{}` reads better in a catalogue than the recursive schema of JSON itself.
 */
export const anyValue = z.unknown() as unknown as z.ZodType<Json>;
