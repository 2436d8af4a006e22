/** For tests: a small catalogue, and the sample document of the format's own description. */
import type { Json, JsonObject } from '../../json.ts';
import type { ActionFacts, Catalogue } from '../catalogue.ts';
import type { WorkflowDefinition } from '../format.ts';
import { parseDefinition } from '../parse.ts';

const TEXT = { type: 'string' } as const;

function actionFacts(type: string, properties: JsonObject, more: Partial<ActionFacts> = {}): ActionFacts {
  const required = Object.keys(properties).filter((key) => !(properties[key] as JsonObject).optional);
  return {
    type,
    title: type,
    effect: 'external',
    repeatable: true,
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
    outputSchema: {},
    ...more,
  };
}

const ACTIONS: readonly ActionFacts[] = [
  actionFacts('sms.send', { to: TEXT, body: TEXT }, { emits: 'sms.sent' }),
  actionFacts('call.start', { to: TEXT }, { repeatable: false }),
  actionFacts('task.create', { title: TEXT, due: { ...TEXT, optional: true } }),
  actionFacts('email.send', {
    to: { anyOf: [TEXT, { type: 'array', items: TEXT }] },
    subject: { ...TEXT, minLength: 1 },
    attempts: { type: 'integer', minimum: 1, maximum: 5, optional: true },
    priority: { ...TEXT, enum: ['low', 'high'], optional: true },
  }),
  actionFacts(
    'crm.update',
    { connection: TEXT, fields: { type: 'object', additionalProperties: TEXT } },
    {
      needsConnection: true,
      outputSchema: {
        type: 'object',
        properties: { id: TEXT, count: { type: 'integer' }, tags: { type: 'array', items: TEXT } },
        required: ['id', 'count', 'tags'],
        additionalProperties: false,
      },
    },
  ),
  actionFacts('data.map', { value: {} }, { effect: 'pure' }),
];

export const sampleCatalogue: Catalogue = { find: (type) => ACTIONS.find((action) => action.type === type) };

/** "No-show recovery", as workflow-definition.md has it. */
export const sampleDocument: JsonObject = {
  format: 'mainspring/workflow@1',
  name: 'No-show recovery',
  description: 'Win back people who missed their call',
  triggers: [{ id: 'missed', type: 'event', event: 'call.ended', where: "event.data.status == 'no-answer'" }],
  nodes: [
    { id: 'pause', type: 'flow.delay', name: 'Give them two hours', input: { for: 'PT2H' } },
    {
      id: 'text',
      type: 'sms.send',
      input: {
        to: { $: 'client.phone' },
        body: "Hi {{ client.first_name | default: 'there' }}, we missed you. Shall we try again?",
      },
      retry: { attempts: 4, backoff: 'exponential', initial: 'PT1S', max: 'PT1M' },
      timeout: 'PT30S',
      onError: 'branch',
    },
    {
      id: 'answered',
      type: 'flow.wait_for_event',
      input: { event: 'sms.received', where: 'event.data.from == client.phone', timeout: 'PT4H', lookback: 'PT5M' },
    },
    { id: 'call', type: 'call.start', input: { to: { $: 'client.phone' } }, repeatable: false },
    {
      id: 'follow_up',
      type: 'task.create',
      input: { title: 'Call {{ client.name }} by hand', due: { $: "now + duration('24h')" } },
    },
  ],
  edges: [
    { from: 'missed', to: 'pause' },
    { from: 'pause', to: 'text' },
    { from: 'text', to: 'answered' },
    { from: 'text', port: 'error', to: 'follow_up' },
    { from: 'answered', port: 'timeout', to: 'call' },
    { from: 'call', to: 'follow_up' },
  ],
  settings: {
    subject: 'client',
    reentry: 'while-not-active',
    timezone: 'client',
    maxDuration: 'P60D',
    onError: 'stop',
  },
};

/** A parsed definition from its telling parts; throws where the shape itself is wrong. */
export function definitionOf(parts: { readonly [key: string]: Json }): WorkflowDefinition {
  const result = parseDefinition({ format: 'mainspring/workflow@1', name: 'Sample', ...parts });
  if (result.ok) return result.definition;
  throw new Error(result.problems.map((problem) => `${problem.path} ${problem.message}`).join('\n'));
}
