import { describe, expect, test } from 'vitest';
import { evaluateCondition } from '../expression/evaluate-expression.ts';
import type { Names } from '../expression/names.ts';
import type { Json, JsonObject } from '../json.ts';
import { isLinearForm, linearToGraph } from './linear.ts';
import { parseDefinition } from './parse.ts';

/** The graph, after it has been seen to have the shape of the format. */
function convert(document: Json) {
  const result = linearToGraph(document);
  if (result.kind === 'problems') throw new Error(result.problems.map((problem) => problem.message).join('\n'));
  const parsed = parseDefinition(result.definition);
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  return parsed.definition;
}

const arrows = (edges: readonly { from: string; port?: string | undefined; to: string }[]) =>
  edges.map(({ from, port, to }) => `${from}${port === undefined ? '' : `:${port}`} > ${to}`);

const problemsOf = (document: unknown) => {
  const result = linearToGraph(document);
  return result.kind === 'problems' ? result.problems.map(({ path, message }) => `${path} ${message}`) : [];
};

/** As the workflow engine of the coaching platform stores them. */
const COACHING: JsonObject = {
  id: 'wf_1700000000_ab12',
  name: 'Celebrate a goal',
  description: 'Congratulate, then plan the next step',
  organizationId: 'org_1',
  trigger: { type: 'event', event: 'goal.completed', filters: { category: 'fitness', level: ['silver', 'gold'] } },
  conditions: [
    { field: 'points', operator: 'greater_than', value: 100 },
    { field: 'client.vip', operator: 'exists', value: null, logicalOperator: 'or' },
  ],
  actions: [
    {
      id: 'action-1',
      type: 'send_email',
      config: {
        to: '{{ client.email }}',
        subject: 'Well done, {{firstName}}',
        message: 'You reached {{ goal.title }}.',
      },
      retryPolicy: { maxAttempts: 4, backoffStrategy: 'exponential', initialDelay: 1000, maxDelay: 60000 },
      timeout: 15000,
      continueOnError: true,
    },
    { id: 'action-2', type: 'delay', config: { duration: 2, unit: 'days' } },
    { id: 'action-3', type: 'create_task', config: { title: 'Plan the next goal' } },
    {
      id: 'action-4',
      type: 'http_request',
      config: { method: 'POST', url: 'https://example.com/goals', data: { ok: true } },
    },
    { id: 'action-5', type: 'trigger_workflow', config: { workflowId: 'wf_next', data: { from: '{{ goal.id }}' } } },
  ],
  settings: {
    maxExecutionTime: 604800,
    maxRetries: 3,
    retryDelay: 2000,
    concurrentExecutions: 5,
    errorHandling: 'rollback',
    logging: true,
    notifications: { onSuccess: false, onError: true, recipients: ['coach@example.com'] },
  },
  version: 1,
  status: 'draft',
  createdAt: '2026-01-01T00:00:00.000Z',
};

describe('a coaching workflow', () => {
  const definition = convert(COACHING);

  test('is a chain in the order of its actions', () => {
    expect(arrows(definition.edges)).toEqual([
      'trigger > action_1',
      'action_1 > action_2',
      'action_2 > action_3',
      'action_3 > action_4',
      'action_4 > action_5',
    ]);
    expect(definition.nodes.map((node) => node.type)).toEqual([
      'email.send',
      'flow.delay',
      'task.create',
      'http.request',
      'flow.workflow',
    ]);
  });

  test('keeps texts, retries, time-outs and error handling of an action', () => {
    expect(definition.nodes[0]).toEqual({
      id: 'action_1',
      type: 'email.send',
      input: {
        to: '{{ client.email }}',
        subject: 'Well done, {{event.data.firstName}}',
        body: 'You reached {{ event.data.goal.title }}.',
      },
      retry: { attempts: 4, backoff: 'exponential', initial: 'PT1S', max: 'PT1M' },
      timeout: 'PT15S',
      onError: 'continue',
    });
  });

  test('gives actions without their own the retries of the workflow, flow nodes none', () => {
    expect(definition.nodes[1]).toEqual({ id: 'action_2', type: 'flow.delay', input: { for: 'P2D' } });
    expect(definition.nodes[2]?.retry).toEqual({ attempts: 3, backoff: 'fixed', initial: 'PT2S' });
    expect(definition.nodes[3]?.input).toEqual({
      method: 'POST',
      url: 'https://example.com/goals',
      body: { ok: true },
    });
    expect(definition.nodes[4]?.input).toEqual({ workflow: 'wf_next', input: { from: '{{ event.data.goal.id }}' } });
  });

  test('keeps settings under the names of the format', () => {
    expect(definition.settings).toEqual({
      maxDuration: 'PT168H',
      concurrency: 5,
      onError: 'rollback',
      notify: { onSuccess: false, onFailure: true, recipients: ['coach@example.com'] },
    });
  });

  test.each<[string, Json, Json, boolean]>([
    ['all hold', { category: 'fitness', level: 'gold', points: 120 }, null, true],
    ['the or holds alone', { category: 'fitness', level: 'gold', points: 1 }, { vip: true }, true],
    ['the filter does not', { category: 'food', level: 'gold', points: 120 }, null, false],
    ['not one of the list', { category: 'fitness', level: 'bronze', points: 120 }, null, false],
    ['a number as text', { category: 'fitness', level: 'silver', points: '120' }, null, true],
    ['fields are missing', {}, null, false],
  ])('starts by filters and shared conditions: %s', (_, data, client, expected) => {
    const [trigger] = definition.triggers;
    expect(trigger).toMatchObject({ id: 'trigger', type: 'event', event: 'goal.completed' });
    expect(evaluateCondition((trigger as { where: string }).where, names(data, client))).toBe(expected);
  });
});

describe('triggers', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['a bare event name', { trigger: 'payment_received' }, { type: 'event', event: 'payment_received' }],
    ['a type that is an event', { trigger: { type: 'lead_created' } }, { type: 'event', event: 'lead_created' }],
    ['trigger_type', { trigger_type: 'lead_created' }, { type: 'event', event: 'lead_created' }],
    [
      'a cron schedule',
      { trigger: { type: 'schedule', schedule: '0 9 * * *' } },
      { type: 'schedule', cron: '0 9 * * *' },
    ],
    [
      'cron with seconds',
      { trigger: { type: 'schedule', schedule: '0 0 9 * * *' } },
      { type: 'schedule', cron: '0 9 * * *' },
    ],
    [
      'a schedule with a zone',
      { trigger: { type: 'schedule', schedule: { cron: '0 9 * * 1', timezone: 'Europe/Berlin' } } },
      { type: 'schedule', cron: '0 9 * * 1', timezone: 'Europe/Berlin' },
    ],
    ['a repeating schedule', { trigger: { type: 'schedule', every: 'PT1H' } }, { type: 'schedule', every: 'PT1H' }],
    ['a webhook', { trigger: { type: 'webhook', webhookUrl: '/api/webhooks/x' } }, { type: 'webhook' }],
    ['by hand', { trigger: { type: 'manual' } }, { type: 'manual' }],
    ['a form', { trigger: { type: 'form_submit' } }, { type: 'form' }],
    ['an e-mail', { trigger: 'email_received' }, { type: 'email' }],
  ])('%s', (_, document, expected) => {
    expect(convert({ ...document, name: 'x', actions: [] }).triggers).toEqual([{ id: 'trigger', ...expected }]);
  });

  test('a webhook reads its fields from the body', () => {
    const definition = convert({
      trigger: { type: 'webhook' },
      conditions: [{ field: 'amount', operator: '>=', value: 50 }],
      actions: [{ type: 'send_sms', to: '{{ phone }}', message: 'Thanks' }],
    });
    const { where } = definition.triggers[0] as { where: string };
    expect(evaluateCondition(where, names({ body: { amount: 50 } }, null))).toBe(true);
    expect(evaluateCondition(where, names({ body: { amount: 49 } }, null))).toBe(false);
    expect(definition.nodes[0]).toMatchObject({
      type: 'sms.send',
      input: { to: '{{ event.data.body.phone }}', body: 'Thanks' },
    });
  });

  test('started by hand, shared conditions are a filter in front', () => {
    const definition = convert({
      trigger: { type: 'manual' },
      conditions: [{ field: 'stage', operator: 'equals', value: 'lead' }],
      actions: [{ type: 'log_habit', config: {} }],
    });
    expect(arrows(definition.edges)).toEqual(['trigger > flow_filter', 'flow_filter > log_habit']);
    expect(definition.nodes[0]).toMatchObject({
      type: 'flow.filter',
      input: { condition: 'event.data.?stage == "lead"' },
    });
  });
});

test.each<[string, Json, Json, boolean]>([
  ['equals', 'a', 'a', true],
  ['not_equals', 'a', 'b', true],
  ['not_equals', 'a', null, true],
  ['contains', 'el', 'hello', true],
  ['contains', 'x', ['x', 'y'], true],
  ['contains', 'x', null, false],
  ['not_contains', 'x', 'hello', true],
  ['starts_with', 'he', 'hello', true],
  ['greater_than', 5, 6, true],
  ['greater_than', 5, null, false],
  ['greater_than', '5', '6', true],
  ['less_than', 5, 5, false],
  ['at_most', 5, 5, true],
  ['less_than', '2026-02-01', '2026-01-31', true],
  ['in', ['a', 'b'], 'b', true],
  ['not_in', ['a', 'b'], 'b', false],
  ['exists', null, 0, true],
  ['exists', null, null, false],
  ['not_exists', null, null, true],
  ['===', 1, 1, true],
  ['greaterThan', 1, 2, true],
])('the condition %s %j on %j is %s', (operator, value, given, expected) => {
  const definition = convert({
    trigger: { type: 'event', event: 'x' },
    conditions: [{ field: 'deep.field-name', operator, value }],
    actions: [],
  });
  const { where } = definition.triggers[0] as { where: string };
  expect(evaluateCondition(where, names({ deep: { 'field-name': given } }, null))).toBe(expected);
});

describe('branches and loops', () => {
  test('a condition without branches lets the chain go on where it holds', () => {
    const definition = convert({
      trigger: 'lead_qualified',
      actions: [
        { type: 'condition', config: { field: 'score', operator: 'greater_than', value: 80 } },
        { type: 'assign_coach', config: { coach: 'senior' } },
      ],
    });
    expect(arrows(definition.edges)).toEqual(['trigger > condition', 'condition:true > assign_coach']);
    expect(definition.nodes[1]?.type).toBe('coach.assign');
  });

  test('branches meet again at the next action', () => {
    const definition = convert({
      trigger: 'lead_qualified',
      actions: [
        {
          type: 'condition',
          config: {
            conditions: [{ field: 'score', operator: 'greater_than', value: 80 }],
            onTrue: [{ type: 'assign_coach' }, { type: 'send_sms' }],
            onFalse: [{ type: 'send_email' }],
          },
        },
        { type: 'create_task' },
      ],
    });
    expect(arrows(definition.edges)).toEqual([
      'trigger > condition',
      'condition:true > assign_coach',
      'assign_coach > send_sms',
      'condition:false > send_email',
      'send_sms > create_task',
      'send_email > create_task',
    ]);
  });

  test('a branch that is not there leads straight on', () => {
    const definition = convert({
      trigger: 'x',
      actions: [
        { type: 'if', config: { condition: 'event.data.n === 1', trueActions: [{ type: 'log' }] } },
        { type: 'log' },
      ],
    });
    expect(arrows(definition.edges)).toEqual(['trigger > if', 'if:true > log', 'log > log_2', 'if:false > log_2']);
    expect(definition.nodes[0]?.input).toEqual({ condition: 'event.data.n == 1' });
  });

  test('a loop runs its actions for each item and then goes on', () => {
    const definition = convert({
      trigger: 'x',
      actions: [
        {
          type: 'loop',
          config: { items: 'order.lines', actions: [{ type: 'update_record', config: { id: '{{ item.id }}' } }] },
        },
        { type: 'send_notification', config: {} },
      ],
    });
    expect(arrows(definition.edges)).toEqual([
      'trigger > loop',
      'loop:each > update_record',
      'loop:done > send_notification',
    ]);
    expect(definition.nodes[0]?.input).toMatchObject({ items: { $: 'event.data.?order.?lines' } });
    expect(definition.nodes[1]?.input).toEqual({ id: '{{ item.id }}' });
  });

  test("an action's own conditions, delay and date stand in front of it", () => {
    const definition = convert({
      trigger: 'x',
      actions: [
        { type: 'send_sms', delay: '2 hours', conditions: [{ field: 'optedIn', operator: 'equals', value: true }] },
        { type: 'SEND_REMINDER', triggerDate: '2026-03-01T09:00:00Z', payload: { month: 3, template: 'UPCOMING' } },
      ],
    });
    expect(arrows(definition.edges)).toEqual([
      'trigger > delay',
      'delay > check',
      'check:true > send_sms',
      'send_sms > wait_until',
      'check:false > wait_until',
      'wait_until > send_reminder',
    ]);
    expect(definition.nodes.map((node) => node.type)).toEqual([
      'flow.delay',
      'flow.if',
      'sms.send',
      'flow.wait_until',
      'reminder.send',
    ]);
    expect(definition.nodes.at(-1)?.input).toEqual({ month: 3, template: 'UPCOMING' });
  });
});

test('nodes and edges of a canvas are taken with their exits', () => {
  const definition = convert({
    name: 'New Member Welcome Series',
    trigger_type: 'lead_created',
    nodes: [
      { id: 'start-1', type: 'trigger', position: { x: 0, y: 0 }, data: { label: 'New lead' } },
      { id: 'n1', type: 'condition', data: { label: 'Has a phone?', field: 'phone', operator: 'exists' } },
      { id: 'n2', type: 'action', data: { actionType: 'send_sms', config: { to: '{{phone}}', message: 'Welcome' } } },
      { id: 'n3', type: 'send_email', data: { to: '{{email}}', subject: 'Welcome', body: 'Hello' } },
    ],
    edges: [
      { id: 'e1', source: 'start-1', target: 'n1' },
      { id: 'e2', source: 'n1', sourceHandle: 'yes', target: 'n2' },
      { id: 'e3', source: 'n1', sourceHandle: 'no', target: 'n3' },
      { id: 'e4', source: 'n2', sourceHandle: 'source', target: 'n3' },
    ],
    variables: [{ name: 'gym', value: 'Iron House' }],
    is_active: true,
  });
  expect(arrows(definition.edges)).toEqual([
    'trigger > flow_set',
    'flow_set > n1',
    'n1:true > n2',
    'n1:false > n3',
    'n2 > n3',
  ]);
  expect(definition.nodes.map((node) => node.type)).toEqual(['flow.set', 'flow.if', 'sms.send', 'email.send']);
  expect(definition.nodes[3]?.input).toEqual({ to: '{{event.data.email}}', subject: 'Welcome', body: 'Hello' });
});

test('a sales template keeps its waits and unknown actions get a type that can be reported', () => {
  const definition = convert({
    name: 'No-Show Recovery',
    trigger: { type: 'call_ended', conditions: [{ field: 'status', operator: 'equals', value: 'no-answer' }] },
    actions: [
      { type: 'wait', duration: 2, unit: 'hours' },
      { type: 'send_sms', message: 'We missed you' },
      { type: 'delay', delay: 14_400_000 },
      { type: 'make_call' },
      { type: 'create_task', title: 'Call by hand' },
      { type: 'Offer $50 Credit' },
    ],
  });
  expect(definition.nodes.map(({ type, input }) => [type, input])).toEqual([
    ['flow.delay', { for: 'PT2H' }],
    ['sms.send', { body: 'We missed you' }],
    ['flow.delay', { for: 'PT4H' }],
    ['call.start', {}],
    ['task.create', {}],
    ['custom.offer_50_credit', {}],
  ]);
});

test.each<[Json, string]>([
  [{ duration: 2, unit: 'hours' }, 'PT2H'],
  [{ duration: 1.5, unit: 'hours' }, 'PT90M'],
  [{ duration: 'P3D' }, 'P3D'],
  [{ delay: 1500 }, 'PT1.5S'],
  [{ days: 7 }, 'P7D'],
  [{ minutes: '30' }, 'PT30M'],
  [{ ms: 250 }, 'PT0.25S'],
  [{ duration: '2 days' }, 'P2D'],
  [{ duration: '45s' }, 'PT45S'],
  [{ amount: 1, unit: 'month' }, 'P1M'],
  [{ delay: 0 }, 'PT0S'],
])('a wait of %j is %s', (config, expected) => {
  const definition = convert({ trigger: 'x', actions: [{ type: 'delay', config }] });
  expect(definition.nodes[0]?.input).toEqual({ for: expected });
});

test('ids become unique and of the right shape', () => {
  const definition = convert({
    trigger: 'x',
    actions: [
      { id: '1', type: 'log' },
      { id: 'Übung-A', type: 'log' },
      { id: 'trigger', type: 'log' },
      { id: 'ubung_a', type: 'log' },
    ],
  });
  expect(definition.nodes.map((node) => node.id)).toEqual(['log', 'ubung_a', 'trigger_2', 'ubung_a_2']);
});

test.each<[string, unknown, string[]]>([
  ['no object', [], ['']],
  ['no trigger', { actions: [] }, ['/trigger The workflow has no trigger']],
  ['filters that are none', { trigger: { type: 'event', event: 'x', filters: 7 }, actions: [] }, ['/trigger/filters ']],
  [
    'an unknown operator',
    { trigger: 'x', conditions: [{ field: 'a', operator: 'rhymes' }], actions: [] },
    ['/conditions '],
  ],
  [
    'a condition without a field',
    { trigger: 'x', conditions: [{ operator: 'equals' }], actions: [] },
    ['/conditions '],
  ],
  [
    'every action that cannot be read',
    {
      trigger: 'x',
      actions: [
        null,
        {},
        { type: 'delay', config: { duration: 'soon' } },
        { type: 'condition', config: {} },
        { type: 'loop' },
      ],
    },
    ['/actions/0 Action 1', '/actions/1/type ', '/actions/2 A wait', '/actions/3 A condition', '/actions/4 A loop'],
  ],
  ['an edge to nowhere', { trigger_type: 'x', nodes: [], edges: [{ source: 'a', target: 'b' }] }, ['/edges/0 Edge 1']],
  ['keys that harm', JSON.parse('{"trigger":"x","actions":[{"__proto__":{}}]}'), ['/actions/0/__proto__ ']],
])('%s is refused', (_, document, starts) => {
  const problems = problemsOf(document);
  expect(problems.map((problem, index) => problem.startsWith(starts[index] ?? '?'))).toEqual(starts.map(() => true));
});

test('isLinearForm tells linear workflows from our own and from other things', () => {
  expect(isLinearForm(COACHING)).toBe(true);
  expect(isLinearForm({ trigger_type: 'x', nodes: [], edges: [] })).toBe(true);
  expect(isLinearForm({ format: 'mainspring/workflow@1', name: 'x', nodes: [] })).toBe(false);
  expect(isLinearForm({ nodes: [], connections: {} })).toBe(false);
  expect(isLinearForm(null)).toBe(false);
});

function names(data: Json, client: Json): Names {
  return {
    event: { type: 'x', data, time: '2026-01-01T00:00:00.000Z' },
    client,
    steps: {},
    vars: {},
    run: { id: 'run', startedAt: '2026-01-01T00:00:00.000Z' },
    org: { name: 'Iron House', timezone: 'UTC' },
    now: 0,
  };
}
