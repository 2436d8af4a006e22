/** The wire of the workflows feature: what comes in and what goes out. Unknown keys are refused. */
import { triggerSchema, type WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Json } from '@mainspring/engine/json.ts';
import { answersSchema } from '@mainspring/engine/simulate/answer.ts';
import { z } from 'zod';

export const WORKFLOW_LIMITS = {
  pageItems: 100,
  defaultPageItems: 50,
  clientIdChars: 200,
  clients: 1000,
  timelineEntries: 20_000,
} as const;

const json = z.json() as z.ZodType<Json>;
const time = z.iso.datetime({ offset: true }).describe('ISO 8601, with a zone');
/** Data on its way out: not looked at again. */
const stored = z.custom<Json>().meta({ description: 'Any JSON' });
/** Any document: what is wrong with it is told as problems. */
const document = z
  .unknown()
  .refine((value) => value !== undefined, 'is missing')
  .meta({ type: 'object', description: 'A workflow definition, format mainspring/workflow@1, or the linear form' });
/** Was checked when it was stored, perhaps by an earlier version; so it goes out as it is. */
const definition = z
  .custom<WorkflowDefinition>()
  .meta({ type: 'object', description: 'A workflow definition, format mainspring/workflow@1' });

export const clientId = z.string().min(1).max(WORKFLOW_LIMITS.clientIdChars).describe('Whom the run is about');

export const idParams = z.strictObject({ id: z.string() });
export const versionParams = z.strictObject({ id: z.string(), version: z.string() });
export const triggerParams = z.strictObject({ id: z.string(), triggerId: z.string() });

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(WORKFLOW_LIMITS.pageItems).default(WORKFLOW_LIMITS.defaultPageItems),
  cursor: z.string().max(200).optional(),
});

export const problemSchema = z.object({
  code: z.string(),
  path: z.string().describe('JSON pointer into the definition'),
  nodeId: z.string().nullable(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
});

export const workflowStatus = z.enum(['draft', 'active', 'paused']);
export type WorkflowStatus = z.output<typeof workflowStatus>;

const triggerView = z.object({
  id: z.string(),
  type: z.string().describe(triggerSchema.options.map((option) => option.shape.type.value).join(', ')),
  url: z.string().optional().describe('Where a webhook trigger listens'),
  secret: z.string().optional().describe('What senders sign with. Told only in the answer that made it'),
});

export const workflowView = z.object({
  id: z.string(),
  name: z.string(),
  status: workflowStatus,
  version: z.int().nullable().describe('The published version'),
  draft: definition,
  draftRevision: z.int().describe('Also the ETag; send it as If-Match'),
  triggers: z.array(triggerView),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type WorkflowView = z.output<typeof workflowView>;
export type TriggerView = z.output<typeof triggerView>;

const summaryFields = { id: true, name: true, status: true, version: true, createdAt: true, updatedAt: true } as const;
export const workflowSummary = workflowView.pick(summaryFields);
export type WorkflowSummary = z.output<typeof workflowSummary>;
export const workflowList = z.object({ items: z.array(workflowSummary), nextCursor: z.string().nullable() });

export const createBody = z.strictObject({ definition: document });
export const changeBody = z
  .strictObject({ definition: document.optional(), status: z.enum(['active', 'paused']).optional() })
  .refine((body) => body.definition !== undefined || body.status !== undefined, 'needs definition, status or both');
/** Of calls that need no body: none, or an empty object. */
export const noBody = z.strictObject({});
export const validateBody = createBody;
export const validateAnswer = z.object({ ok: z.boolean(), problems: z.array(problemSchema) });

export const publishAnswer = z.object({
  version: z.int(),
  problems: z.array(problemSchema).optional().describe('Warnings, where there are any; errors would have stopped it'),
});

export const versionSummary = z.object({ version: z.int(), createdAt: z.string(), published: z.boolean() });
export const versionView = versionSummary.extend({ definition });
export const versionList = z.object({ items: z.array(versionSummary), nextCursor: z.string().nullable() });

export const executeBody = z.strictObject({ input: json.optional(), clientId: clientId.optional() });
export const executeAnswer = z.object({ runId: z.string() });

export const rotateBody = z.strictObject({
  secret: z
    .string()
    .min(16)
    .max(500)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional()
    .describe('A secret that the sender dictates; else one is made'),
});
export const rotateAnswer = z.object({
  secret: z.string(),
  previousValidUntil: z.string().nullable().describe('Until then the former secret works too'),
});

export const simulateBody = z
  .strictObject({
    event: z
      .strictObject({ type: z.string().max(100).optional(), data: json.optional(), time: time.optional() })
      .optional()
      .describe('What starts each run. Left out: a manual start without input'),
    clients: z.array(json).max(WORKFLOW_LIMITS.clients).optional().describe('For whom; one run each'),
    from: time.optional(),
    until: time.optional(),
    answers: answersSchema.optional().describe('What nodes answer, by node id; else what their dry run says'),
  })
  .refine(({ from, until }) => !from || !until || Date.parse(from) <= Date.parse(until), {
    path: ['until'],
    message: 'must not lie before from',
  });

export const simulateAnswer = z.object({
  timeline: z.array(
    z.object({
      at: z.string(),
      kind: z.string().describe('started, step, message, call, wait, woke, failed, parked, finished'),
      nodeId: z.string().nullable(),
      clientId: z.string().optional(),
      detail: stored,
    }),
  ),
  ends: z.array(
    z.object({
      clientId: z.string().optional(),
      status: z.string(),
      at: z.string(),
      steps: z.int(),
      output: stored,
      error: stored,
    }),
  ),
  truncated: z.boolean().describe('True where the timeline was cut'),
});

export const hookParams = z.strictObject({ token: z.string() });
export const acceptedAnswer = z.object({ eventId: z.string(), runIds: z.array(z.string()), duplicate: z.boolean() });
