/**
 * What each flow node takes as `input`, in the raw form of a definition: conditions are bare CEL strings (marked by
 * `format: 'expression'`), `{ "$": … }` is an expression that yields a value, other text is a Liquid template.
 */
import { z } from 'zod';
import type { Json } from '../json.ts';
import { businessHoursSchema, duration, eventPattern, expressionText, LIMITS } from './format.ts';

const FLOW_LIMITS = {
  rows: 100,
  cases: 100,
  branches: 100,
  vars: 100,
  items: 10_000,
  iterations: 100_000,
  defaultIterations: 1000,
  concurrency: 100,
} as const;

export const OPERATORS = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'starts_with',
  'greater_than',
  'less_than',
  'at_least',
  'at_most',
  'in',
  'not_in',
  'exists',
  'not_exists',
  'before',
  'after',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** A bare CEL string that must say yes or no. */
const condition = expressionText.meta({
  title: 'Condition',
  format: 'expression',
  yields: 'boolean',
  examples: ["event.data.status == 'no-answer'"],
});
const expression = expressionText.meta({ format: 'expression' });
/** A value that is computed when the node runs. */
const computed = z.strictObject({ $: expression }).meta({ title: 'Expression', examples: [{ $: 'client.phone' }] });
/** Literal JSON, text with placeholders, or `{ "$": … }` at any depth. The document's own schema has seen that it is JSON. */
const anyValue = z.unknown() as unknown as z.ZodType<Json>;
const text = z.string().max(LIMITS.textChars).meta({ format: 'template' });
const exitName = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => name !== 'default' && name !== 'error', 'must not be default or error: those exits are given');

const row = z
  .strictObject({
    field: expression.meta({
      title: 'Field',
      format: 'expression',
      description: 'What to look at',
      examples: ['event.data.email', 'client.stage'],
    }),
    operator: z.enum(OPERATORS).meta({ title: 'Operator' }),
    value: anyValue
      .optional()
      .meta({ title: 'Value', description: 'What to compare with: a value, text or { "$": … }' }),
  })
  .refine((given) => isUnary(given.operator) || given.value !== undefined, {
    path: ['value'],
    message: 'is missing; only exists and not_exists go without a value',
  });

const rows = z.array(row).min(1).max(FLOW_LIMITS.rows);

const conditions = z
  .strictObject({
    condition: condition.optional(),
    all: rows.optional().meta({ title: 'All of', description: 'Every row must hold' }),
    any: rows.optional().meta({ title: 'Any of', description: 'One row that holds is enough' }),
  })
  .refine((input) => countGiven(input.condition, input.all, input.any) === 1, {
    message: 'needs exactly one of condition, all and any',
  });

const switchCase = z
  .strictObject({
    name: exitName.meta({ title: 'Name', description: 'Also the name of the exit' }),
    equals: anyValue.optional().meta({ title: 'Equals', description: 'Taken when the value equals this' }),
    condition: condition.optional(),
  })
  .refine((given) => countGiven(given.equals, given.condition) === 1, {
    message: 'needs exactly one of equals and condition',
  });

const switchInput = z
  .strictObject({
    value: anyValue
      .optional()
      .meta({ title: 'Value', description: 'What the cases are compared with', examples: [{ $: 'event.data.plan' }] }),
    cases: z
      .array(switchCase)
      .min(1)
      .max(FLOW_LIMITS.cases)
      .refine(namesDiffer, 'must have different names')
      .meta({ title: 'Cases', description: 'The first that fits is taken; else default' }),
  })
  .refine((input) => input.value !== undefined || input.cases.every((given) => given.equals === undefined), {
    path: ['value'],
    message: 'is missing; cases with equals are compared with it',
  });

const loopInput = z
  .strictObject({
    items: z
      .union([computed, z.array(anyValue).max(FLOW_LIMITS.items)])
      .optional()
      .meta({ title: 'Items', description: 'The list to go through', examples: [{ $: 'event.data.rows' }] }),
    while: condition
      .optional()
      .meta({ title: 'While', format: 'expression', yields: 'boolean', description: 'Goes on as long as this holds' }),
    collect: anyValue
      .optional()
      .meta({ title: 'Collect', description: 'What each turn adds to results', examples: [{ $: 'item.id' }] }),
    maxIterations: z
      .int()
      .min(1)
      .max(FLOW_LIMITS.iterations)
      .default(FLOW_LIMITS.defaultIterations)
      .meta({ title: 'Most turns' }),
    concurrency: z.int().min(1).max(FLOW_LIMITS.concurrency).default(1).meta({
      title: 'At the same time',
      description: 'How many turns run at once',
    }),
  })
  .refine((input) => countGiven(input.items, input.while) === 1, { message: 'needs exactly one of items and while' });

const splitInput = z.strictObject({
  branches: z
    .array(
      z.strictObject({
        name: exitName.meta({ title: 'Name', description: 'Also the name of the exit' }),
        weight: z.number().min(0).max(1_000_000).default(1).meta({ title: 'Weight' }),
      }),
    )
    .min(1)
    .max(FLOW_LIMITS.branches)
    .refine(namesDiffer, 'must have different names')
    .refine((branches) => branches.some((branch) => branch.weight > 0), 'need at least one weight above 0')
    .meta({ title: 'Branches', description: 'Runs are shared out by weight; one subject always goes the same way' }),
});

const joinInput = z.strictObject({
  mode: z
    .enum(['all', 'any'])
    .default('all')
    .meta({ title: 'Mode', description: 'all: waits for every branch that is under way; any: goes on at the first' }),
});

const durationOrComputed = z
  .union([duration.meta({ format: 'duration' }), computed])
  .meta({ examples: ['PT2H', 'P30D', { $: 'event.data.wait' }] });

const delayInput = z.strictObject({
  for: durationOrComputed.meta({ title: 'For', description: 'How long to wait', examples: ['PT2H', 'P30D'] }),
});

const waitUntilInput = z
  .strictObject({
    at: z
      .union([text, computed])
      .optional()
      .meta({ title: 'At', description: 'The moment to wait for', examples: [{ $: 'event.data.start' }] }),
    businessHours: businessHoursSchema
      .optional()
      .meta({ title: 'Business hours', description: 'Goes on at the next moment inside these hours' }),
    ifPast: z
      .enum(['continue', 'skip', 'stop'])
      .default('continue')
      .meta({ title: 'If past', description: 'continue: go on at once; skip: this path ends; stop: the run ends' }),
  })
  .refine((input) => countGiven(input.at, input.businessHours) === 1, {
    message: 'needs exactly one of at and businessHours',
  });

const waitForEventInput = z.strictObject({
  event: eventPattern.meta({ title: 'Event', examples: ['sms.received', 'booking.*'] }),
  where: condition.optional().meta({
    title: 'Where',
    format: 'expression',
    yields: 'boolean',
    description: 'Which of these events; here event is the one that came in',
    examples: ['event.data.from == client.phone'],
  }),
  timeout: durationOrComputed
    .optional()
    .meta({ title: 'Time-out', description: 'Goes on by the timeout exit after so long' }),
  lookback: durationOrComputed
    .optional()
    .meta({ title: 'Look back', description: 'Also takes an event that came so long before' }),
});

const workflowInput = z.strictObject({
  workflow: z
    .union([z.string().min(1).max(200), computed])
    .meta({ title: 'Workflow', description: 'Id of the workflow to start' }),
  input: anyValue.optional().meta({ title: 'Input', description: 'Becomes event.data there' }),
  wait: z.boolean().default(false).meta({ title: 'Wait for its result' }),
});

const setInput = z.strictObject({
  vars: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/, 'must be a name such as total or first_name'), anyValue)
    .refine((vars) => Object.keys(vars).length <= FLOW_LIMITS.vars, `must be ${FLOW_LIMITS.vars} at most`)
    .meta({ title: 'Variables', description: 'Read later as vars.<name>' }),
});

const stopInput = z.strictObject({
  status: z.enum(['completed', 'failed']).default('completed').meta({ title: 'Status' }),
  message: z.union([text, computed]).optional().meta({ title: 'Message', description: 'Why the run stops here' }),
  output: anyValue.optional().meta({ title: 'Output', description: "The run's result, for whoever started it" }),
});

export const flowInputSchemas = {
  'flow.if': conditions,
  'flow.switch': switchInput,
  'flow.filter': conditions,
  'flow.loop': loopInput,
  'flow.split': splitInput,
  'flow.join': joinInput,
  'flow.delay': delayInput,
  'flow.wait_until': waitUntilInput,
  'flow.wait_for_event': waitForEventInput,
  'flow.workflow': workflowInput,
  'flow.set': setInput,
  'flow.stop': stopInput,
} as const;

export type FlowType = keyof typeof flowInputSchemas;
/** The input of one flow node as the interpreter reads it: defaults filled in, expressions and templates still as text. */
export type FlowInput<Type extends FlowType> = z.output<(typeof flowInputSchemas)[Type]>;
export type ConditionRow = z.output<typeof row>;

export function isFlowType(type: string): type is FlowType {
  return Object.hasOwn(flowInputSchemas, type);
}

function isUnary(operator: Operator): boolean {
  return operator === 'exists' || operator === 'not_exists';
}

function countGiven(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}

function namesDiffer(items: readonly { readonly name: string }[]): boolean {
  return new Set(items.map((item) => item.name)).size === items.length;
}
