/** The wire of the operations feature. */
import { z } from 'zod';

export const noBody = z.strictObject({}).nullish();

export const confirmAnswer = z.object({
  confirmed: z.boolean().describe('False: nothing was held, so nothing was to be confirmed'),
});
