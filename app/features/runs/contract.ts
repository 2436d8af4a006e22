/** The wire of the runs feature. */
import type { Json } from '@mainspring/engine/json.ts';
import { z } from 'zod';

export const RUN_LIMITS = { pageItems: 100, defaultPageItems: 50, reasonChars: 500 } as const;

const json = z.json() as z.ZodType<Json>;
/** Data as it was stored: not looked at again on its way out. */
const stored = z.custom<Json>().meta({ description: 'Any JSON' });
const time = z.string().describe('ISO 8601 UTC');

export const runStatus = z.enum(['queued', 'running', 'waiting', 'parked', 'completed', 'failed', 'cancelled']);
export const stepStatus = z.enum(['running', 'waiting', 'completed', 'failed', 'skipped', 'parked', 'compensated']);

export const idParams = z.strictObject({ id: z.string() });

const page = {
  limit: z.coerce.number().int().min(1).max(RUN_LIMITS.pageItems).default(RUN_LIMITS.defaultPageItems),
  cursor: z.string().max(200).optional(),
};
export const pageQuery = z.strictObject(page);
export const runsQuery = z.strictObject({
  ...page,
  workflowId: z.string().optional(),
  status: runStatus.optional(),
  clientId: z.string().min(1).max(200).optional(),
});

export const stepView = z.object({
  id: z.string().describe('The node id, and inside loops the turn: text#3'),
  nodeId: z.string(),
  item: z.string().nullable(),
  attempt: z.int(),
  status: stepStatus,
  startedAt: time,
  finishedAt: time.nullable(),
  dueAt: time.nullable().describe('When a waiting step goes on by itself'),
  input: stored,
  output: stored,
  error: z.object({ code: z.string(), message: z.string(), details: stored.optional() }).nullable(),
  port: z.string().nullable().describe('By which exit the run went on'),
});

export const runSummary = z.object({
  id: z.string(),
  workflowId: z.string(),
  version: z.int(),
  status: runStatus,
  triggerId: z.string().nullable(),
  event: z.object({ type: z.string(), data: stored, time }),
  clientId: z.string().nullable(),
  startedAt: time,
  finishedAt: time.nullable(),
  error: z.object({ code: z.string(), message: z.string(), nodeId: z.string().nullable() }).nullable(),
  output: stored,
  parked: z.object({ code: z.string(), message: z.string() }).nullable().describe('Why it waits for a person'),
  dueAt: time.nullable(),
});
export const runView = runSummary.extend({ steps: z.array(stepView) });
export const runList = z.object({ items: z.array(runSummary), nextCursor: z.string().nullable() });

export const reasonBody = z.strictObject({ reason: z.string().min(1).max(RUN_LIMITS.reasonChars).optional() });
export const resumeBody = z.strictObject({
  outcome: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('repeat') }),
      z.strictObject({ kind: z.literal('succeeded'), output: json.default(null) }),
      z.strictObject({ kind: z.literal('failed') }),
    ])
    .optional()
    .describe('What became of a step whose outcome is unknown'),
});
export const noBody = z.strictObject({});
export const commandAnswer = z.object({ runId: z.string() });

export const deadLetterView = z.object({
  id: z.string(),
  runId: z.string(),
  workflowId: z.string(),
  nodeId: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  createdAt: time,
});
export const deadLetterList = z.object({ items: z.array(deadLetterView), nextCursor: z.string().nullable() });
