/**
 * The workflow definition, format `mainspring/workflow@1`: its zod schema and the types read from it.
 * This is the shape only. What a shape cannot say (cycles, unknown names, wrong ports) is in validate.ts.
 */
import { z } from 'zod';
import type { Json } from '../json.ts';
import { parseDuration } from '../schedule/duration.ts';

export const FORMAT = 'mainspring/workflow@1';

export const LIMITS = {
  nodes: 1000,
  edges: 4000,
  triggers: 20,
  nameChars: 200,
  expressionChars: 4000,
  textChars: 100_000,
  retryAttempts: 50,
  maxStepsCeiling: 1_000_000,
} as const;

/** ISO 8601 duration with any of years, months, weeks, days, hours, minutes, seconds; never negative. */
const DURATION = /^P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;
const SIGNED_DURATION = /^-?P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;

const id = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be a lower-case letter followed by up to 62 letters, digits or _');
export const duration = z
  .string()
  .regex(DURATION, { error: 'must be an ISO 8601 duration such as PT30S, PT2H, P30D or P1M', abort: true })
  .refine(isWithinCalendar, 'must not be longer than any two dates lie apart');
const signedDuration = z
  .string()
  .regex(SIGNED_DURATION, { error: 'must be an ISO 8601 duration such as P1D or -P3D', abort: true })
  .refine(isWithinCalendar, 'must not be longer than any two dates lie apart');
export const expressionText = z.string().min(1).max(LIMITS.expressionChars);
export const eventPattern = z
  .string()
  .max(100)
  .regex(/^(\*|[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\.?\*)?)$/i, 'must be a name such as client.created or client.*');
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a local time such as 09:00');
const json = z.json() as z.ZodType<Json>;
const where = expressionText.meta({
  title: 'Only where',
  description: 'Starts only where this holds',
  format: 'expression',
  yields: 'boolean',
  examples: ["event.data.status == 'no-answer'"],
});
const by = expressionText.meta({
  title: 'Counted apart by',
  description: 'Each value of this is counted for itself',
  format: 'expression',
  examples: ['client.id', 'event.data.email'],
});

/** At most `limit` runs per `per`, counted apart for each value of `by`. */
const rate = z.strictObject({
  limit: z.int().min(1).max(1_000_000).meta({ title: 'At most' }),
  per: duration.meta({ title: 'Per', examples: ['PT1M', 'P1D'] }),
  by: by.optional(),
});
const debounce = z.strictObject({ for: duration, by: by.optional() });

/** What every trigger may carry besides its own fields. */
const flowControl = {
  debounce: z
    .union([duration, debounce])
    .optional()
    .meta({ title: 'Debounce', description: 'Waits until no more events come for so long, then starts once' }),
  throttle: rate.optional().meta({ title: 'Throttle', description: 'Starts later what is too much now' }),
  rateLimit: rate.optional().meta({ title: 'Rate limit', description: 'Drops what is too much' }),
};
const triggerBase = { id, name: z.string().max(LIMITS.nameChars).optional(), ui: json.optional(), ...flowControl };

export const verifySchema = z.union([
  z.enum(['none-with-secret-path', 'hmac', 'standard-webhooks', 'basic', 'bearer']),
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none-with-secret-path') }),
    z.strictObject({
      type: z.literal('hmac'),
      header: z.string().min(1).max(100).optional(),
      algorithm: z.enum(['sha1', 'sha256', 'sha512']).optional(),
      encoding: z.enum(['hex', 'base64']).optional(),
      prefix: z.string().max(50).optional(),
      timestampHeader: z.string().min(1).max(100).optional(),
      tolerance: duration.optional(),
    }),
    z.strictObject({ type: z.literal('standard-webhooks'), tolerance: duration.optional() }),
    z.strictObject({ type: z.literal('basic'), username: z.string().min(1).max(200).optional() }),
    z.strictObject({ type: z.literal('bearer') }),
  ]),
]);

const listening = {
  object: z
    .string()
    .max(200)
    .optional()
    .meta({ title: 'Which one', description: 'Id of the one to listen to; none: all' }),
  where: where.optional(),
};

export const triggerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...triggerBase,
    type: z.literal('event'),
    event: eventPattern.meta({ title: 'Event', examples: ['client.created', 'booking.*'] }),
    where: where.optional(),
  }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('schedule'),
    cron: z
      .string()
      .max(200)
      .optional()
      .meta({ title: 'Cron pattern', description: 'Minute, hour, day, month, weekday', examples: ['0 9 * * 1-5'] }),
    every: duration.optional().meta({ title: 'Every', examples: ['PT15M', 'P1D'] }),
    timezone: z
      .string()
      .max(100)
      .optional()
      .meta({ title: 'Time zone', examples: ['Europe/Berlin', 'org'] }),
    missed: z
      .union([
        z.enum(['skip', 'once', 'all']),
        z.strictObject({ policy: z.literal('all'), cap: z.int().min(1).max(1000) }),
      ])
      .optional()
      .meta({ title: 'If missed', description: 'What to do with times that passed while nothing ran' }),
    where: where.optional(),
  }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('webhook'),
    verify: verifySchema.optional().meta({ title: 'Verify', description: 'How callers prove who they are' }),
    dedupe: expressionText.optional().meta({
      title: 'Same if',
      description: 'Posts that give the same key within 7 days start one run',
      format: 'expression',
      examples: ['event.data.body.id'],
    }),
    where: where.optional(),
    respond: z
      .union([
        z.enum(['accepted', 'result']),
        z.strictObject({ type: z.literal('result'), timeout: duration.optional() }),
        z.strictObject({ type: z.literal('accepted') }),
      ])
      .optional()
      .meta({ title: 'Answer', description: "accepted: at once; result: the run's result" }),
  }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('manual'),
    form: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/),
          label: z.string().max(200).optional(),
          type: z.enum(['text', 'number', 'boolean', 'date', 'choice', 'json']).optional(),
          required: z.boolean().optional(),
          options: z.array(z.string().max(200)).max(200).optional(),
          default: json.optional(),
        }),
      )
      .max(100)
      .optional(),
  }),
  z.strictObject({ ...triggerBase, ...listening, type: z.literal('form') }),
  z.strictObject({ ...triggerBase, ...listening, type: z.literal('email') }),
  z.strictObject({ ...triggerBase, ...listening, type: z.literal('booking') }),
  z.strictObject({ ...triggerBase, ...listening, type: z.literal('call') }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('date'),
    field: z
      .string()
      .min(1)
      .max(200)
      .meta({ title: 'Date field of the client', examples: ['birthday', 'trial_ends'] }),
    offset: signedDuration.optional().meta({ title: 'Before or after', examples: ['-P3D', 'P1D'] }),
    at: clockTime.optional().meta({ title: 'At', examples: ['09:00'] }),
    repeat: z.enum(['yearly']).optional().meta({ title: 'Repeat' }),
  }),
]);

export const retrySchema = z.strictObject({
  attempts: z.int().min(1).max(LIMITS.retryAttempts).optional(),
  backoff: z.enum(['fixed', 'linear', 'exponential']).optional(),
  initial: duration.optional(),
  max: duration.optional(),
});

export const nodeSchema = z.strictObject({
  id,
  type: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/, 'must be a node type such as flow.if or http.request'),
  name: z.string().max(LIMITS.nameChars).optional(),
  input: z.record(z.string(), json).optional(),
  retry: retrySchema.optional(),
  timeout: duration.optional(),
  onError: z.enum(['stop', 'continue', 'branch']).optional(),
  repeatable: z.boolean().optional(),
  compensate: id.optional(),
  disabled: z.boolean().optional(),
  ui: json.optional(),
});

export const edgeSchema = z.strictObject({
  from: id,
  to: id,
  port: z.string().min(1).max(100).optional(),
  ui: json.optional(),
});

const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export const businessHoursSchema = z.strictObject({
  days: z.array(weekday).min(1).max(7).optional(),
  from: clockTime,
  to: clockTime,
  timezone: z.string().max(100).optional(),
  holidays: z.array(z.iso.date()).max(400).optional(),
});

export const settingsSchema = z.strictObject({
  subject: z.enum(['client', 'none']).optional(),
  reentry: z.enum(['always', 'once', 'while-not-active']).optional(),
  /** `subject`: runs of one subject go one after the other, in the order in which their events came. */
  order: z.enum(['none', 'subject']).optional(),
  timezone: z.string().max(100).optional(),
  maxDuration: duration.optional(),
  maxSteps: z.int().min(1).max(LIMITS.maxStepsCeiling).optional(),
  concurrency: z.int().min(1).max(10_000).optional(),
  rateLimit: rate.optional(),
  quietHours: z.strictObject({ from: clockTime, to: clockTime, timezone: z.string().max(100).optional() }).optional(),
  onError: z.enum(['stop', 'continue', 'rollback']).optional(),
  notify: z
    .strictObject({
      onSuccess: z.boolean().optional(),
      onFailure: z.boolean().optional(),
      recipients: z.array(z.string().max(320)).max(50).optional(),
    })
    .optional(),
  retention: duration.optional(),
});

export const definitionSchema = z.strictObject({
  format: z.literal(FORMAT),
  name: z.string().min(1).max(LIMITS.nameChars),
  description: z.string().max(5000).optional(),
  triggers: z.array(triggerSchema).max(LIMITS.triggers).default([]),
  nodes: z.array(nodeSchema).max(LIMITS.nodes),
  edges: z.array(edgeSchema).max(LIMITS.edges).default([]),
  settings: settingsSchema.default({}),
});

export type WorkflowDefinition = z.output<typeof definitionSchema>;
export type Trigger = z.output<typeof triggerSchema>;
export type TriggerOf<Type extends Trigger['type']> = Extract<Trigger, { type: Type }>;
export type WorkflowNode = z.output<typeof nodeSchema>;
export type Edge = z.output<typeof edgeSchema>;
export type Retry = z.output<typeof retrySchema>;
export type Settings = z.output<typeof settingsSchema>;
export type BusinessHours = z.output<typeof businessHoursSchema>;
export type Verify = z.output<typeof verifySchema>;

/** The entry and exit names of a node that has no other. */
export const NEXT = 'next';
export const ERROR = 'error';

/** The pattern above lets through lengths that no calendar holds. */
function isWithinCalendar(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}
