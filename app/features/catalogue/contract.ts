/** The wire of the catalogue feature. */
import type { JsonObject } from '@mainspring/engine/json.ts';
import { z } from 'zod';

const jsonSchema = z.custom<JsonObject>().meta({ type: 'object', description: 'JSON Schema, with hints for forms' });

export const nodeType = z.object({
  type: z.string(),
  kind: z.enum(['trigger', 'flow', 'action']),
  title: z.string(),
  category: z.string(),
  summary: z.string(),
  inputSchema: jsonSchema,
  outputSchema: jsonSchema.describe('Of steps.<id>.output; of event, for triggers'),
  ports: z.array(z.string()).describe('The exits it has by itself; some inputs add more'),
  effect: z.enum(['pure', 'record', 'external']).optional().describe('Of actions'),
  repeatable: z.boolean().optional().describe('Of actions: may a call be made again when its outcome is unknown?'),
  needsConnection: z.boolean().optional(),
});
export type NodeType = z.output<typeof nodeType>;
export const nodeTypeList = z.object({ items: z.array(nodeType), nextCursor: z.null() });
