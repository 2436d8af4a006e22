/** The wire of the events feature. Unknown keys are refused. */
import type { Json } from '@mainspring/engine/json.ts';
import { z } from 'zod';

const json = z.json() as z.ZodType<Json>;

/** A name such as `client.created`: words of letters, digits and _, joined by dots. */
export const eventType = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/i, 'must be a name such as client.created');

export const eventBody = z.strictObject({
  type: eventType,
  data: json,
  clientId: z.string().min(1).max(200).optional().describe('Whom it is about'),
  time: z.iso.datetime({ offset: true }).optional().describe('When it happened, ISO 8601 with a zone; else now'),
  key: z.string().min(1).max(500).optional().describe('The same key within seven days gives the first answer again'),
});

export const eventAnswer = z.object({
  eventId: z.string(),
  runIds: z.array(z.string()).describe('The runs it started'),
  duplicate: z.boolean().describe('True where an event with this key came before'),
});
