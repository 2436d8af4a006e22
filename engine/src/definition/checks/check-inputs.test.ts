import { describe, expect, test } from 'vitest';
import type { Json } from '../../json.ts';
import {
  edges,
  HOOK,
  IF,
  JOIN,
  LOOP,
  type Parts,
  problemsOf,
  type Row,
  SET,
  SMS,
  START,
  sample,
  told,
  wanted,
} from '../testing/sample-problems.ts';

describe('inputs', () => {
  const email = (input: Parts) =>
    sample({ nodes: [{ id: 'a', type: 'email.send', input: { to: 'x', subject: 'y', ...input } }] });
  const flow = (type: string, input: Parts) => sample({ nodes: [{ id: 'a', type, input }] });
  test.each<Row>([
    [
      'an input that is missing',
      sample({ nodes: [{ id: 'a', type: 'call.start' }] }),
      'missing_input',
      '/nodes/0/input/to',
      'a',
      /input\.to is missing; it must be text/,
    ],
    [
      'an input of a flow node that is missing',
      flow('flow.delay', {}),
      'missing_input',
      '/nodes/0/input/for',
      'a',
      /input\.for is missing; it must be text, or an object/,
    ],
    [
      'an input that is mistyped',
      email({ atempts: 2 }),
      'unknown_key',
      '/nodes/0/input/atempts',
      'a',
      /Did you mean 'attempts'/,
    ],
    [
      'an input of a flow node that is mistyped',
      flow('flow.loop', { items: [], concurency: 2 }),
      'unknown_key',
      '/nodes/0/input/concurency',
      'a',
      /Did you mean 'concurrency'/,
    ],
    [
      'a number out of bounds',
      email({ attempts: 9 }),
      'invalid_input',
      '/nodes/0/input/attempts',
      'a',
      /at most 5, not 9/,
    ],
    [
      'a template for a number',
      email({ attempts: '{{ 2 }}' }),
      'invalid_input',
      '/nodes/0/input/attempts',
      'a',
      /a template always yields text/,
    ],
    [
      'an expression of the wrong type',
      email({ attempts: { $: "'two'" } }),
      'invalid_input',
      '/nodes/0/input/attempts',
      'a',
      /must be a number, but its expression yields text/,
    ],
    [
      'text for a loop to go over',
      flow('flow.loop', { items: 'event.data.rows' }),
      'invalid_input',
      '/nodes/0/input/items',
      'a',
      /must be an object, or a list, not 'event\.data\.rows'\. Write \{ "\$": "event\.data\.rows" \}/,
    ],
    [
      'a number for a loop to go over',
      flow('flow.loop', { items: { $: '1 + 2' } }),
      'invalid_input',
      '/nodes/0/input/items',
      'a',
      /must be a list, but its expression yields a number/,
    ],
    [
      'a delay in plain words',
      flow('flow.delay', { for: '2 hours' }),
      'invalid_input',
      '/nodes/0/input/for',
      'a',
      /such as PT30S.*not '2 hours'/,
    ],
    [
      'a row without a value',
      flow('flow.filter', { all: [{ field: 'client.a', operator: 'equals' }] }),
      'invalid_input',
      '/nodes/0/input/all/0/value',
      'a',
      /only exists and not_exists go without/,
    ],
    [
      'an unknown zone of business hours',
      flow('flow.wait_until', { businessHours: { from: '09:00', to: '17:00', timezone: 'Berlin' } }),
      'invalid_input',
      '/nodes/0/input/businessHours/timezone',
      'a',
      /IANA name such as Europe\/Berlin, not 'Berlin'/,
    ],
    [
      'business hours at no time',
      flow('flow.wait_until', { businessHours: { from: '9', to: '17:00' } }),
      'invalid_input',
      '/nodes/0/input/businessHours/from',
      'a',
      /such as 09:00, not '9'/,
    ],
    [
      'two ways to say until when',
      flow('flow.wait_until', { at: 'x', businessHours: { from: '09:00', to: '17:00' } }),
      'invalid_input',
      '/nodes/0/input',
      'a',
      /exactly one of at and businessHours/,
    ],
    [
      'a connection that is missing',
      sample({ nodes: [{ id: 'a', type: 'crm.update', input: { fields: {} } }] }),
      'missing_connection',
      '/nodes/0/input/connection',
      'a',
      /works only with a connection/,
    ],
    [
      'a connection that is empty',
      sample({ nodes: [{ id: 'a', type: 'crm.update', input: { fields: {}, connection: '' } }] }),
      'missing_connection',
      '/nodes/0/input/connection',
      'a',
      /works only with a connection/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'error'));
  });
});

test('a switch over a path that is written as text is doubtful', () => {
  const input = { value: 'event.data.plan', cases: [{ name: 'gold', equals: 'gold' }] };
  expect(problemsOf(sample({ nodes: [{ id: 'a', type: 'flow.switch', input }] }))).toEqual([
    {
      code: 'invalid_input',
      path: '/nodes/0/input/value',
      nodeId: 'a',
      message: expect.stringMatching(/the same in every run\. Write \{ "\$": "event\.data\.plan" \}/),
      severity: 'warning',
    },
  ]);
});

describe('expressions and templates', () => {
  const map = (value: Json, before: readonly Parts[] = []) =>
    sample({ nodes: [...before, { id: 'a', type: 'data.map', input: { value } }] });
  test.each<Row>([
    [
      'a name that is none',
      map({ $: 'clint.phone' }),
      'unknown_name',
      '/nodes/0/input/value/$',
      'a',
      /clint is not a name/,
    ],
    [
      'a name that is none in a template',
      map('Hi {{ clint.name }}'),
      'unknown_name',
      '/nodes/0/input/value',
      'a',
      /clint is not a name/,
    ],
    [
      'a step that is none',
      map({ $: 'steps.nope.output' }),
      'unknown_name',
      '/nodes/0/input/value/$',
      'a',
      /steps has no field "nope".*Only steps that lead here/,
    ],
    [
      'a variable that is never set',
      map({ $: 'vars.totl' }, [SET('s', { total: 1 })]),
      'unknown_name',
      '/nodes/1/input/value/$',
      'a',
      /vars has no field "totl"/,
    ],
    [
      'a field that an output has not',
      map({ $: 'steps.c.output.nam' }, [{ id: 'c', type: 'crm.update', input: { connection: 'x', fields: {} } }]),
      'unknown_name',
      '/nodes/1/input/value/$',
      'a',
      /no field "nam"/,
    ],
    [
      'an item outside of a loop',
      map({ $: 'item.id' }),
      'unknown_name',
      '/nodes/0/input/value/$',
      'a',
      /item is not there/,
    ],
    [
      'an expression that cannot be read',
      map({ $: '1 +' }),
      'invalid_expression',
      '/nodes/0/input/value/$',
      'a',
      /cannot be evaluated/,
    ],
    ['an empty expression', map({ $: '' }), 'invalid_expression', '/nodes/0/input/value/$', 'a', /cannot be evaluated/],
    [
      'an expression deep in a value',
      map({ list: [{ deep: { $: '"a" * 2' } }] }),
      'invalid_expression',
      '/nodes/0/input/value/list/0/deep/$',
      'a',
      /do not go together/,
    ],
    [
      'an expression with a key too many',
      map({ $: '1', also: 2 }),
      'invalid_expression',
      '/nodes/0/input/value',
      'a',
      /no other key/,
    ],
    [
      'an expression that is no text',
      map({ $: 5 }),
      'invalid_expression',
      '/nodes/0/input/value',
      'a',
      /with an expression as text/,
    ],
    [
      'a template that cannot be read',
      map('{{ client.name'),
      'invalid_template',
      '/nodes/0/input/value',
      'a',
      /cannot be evaluated/,
    ],
    [
      'a filter that is none',
      map('{{ client.name | shout }}'),
      'invalid_template',
      '/nodes/0/input/value',
      'a',
      /shout/,
    ],
    [
      'a condition that is no yes or no',
      sample({ nodes: [IF('a', '1 + 2')] }),
      'invalid_expression',
      '/nodes/0/input/condition',
      'a',
      /a condition must be true or false/,
    ],
    [
      'a where that is none',
      sample({ triggers: [{ ...START, where: 'event.data.x ==' }], nodes: [] }),
      'invalid_expression',
      '/triggers/0/where',
      'start',
      /cannot be evaluated/,
    ],
    [
      'a where that reads a step',
      sample({ triggers: [{ ...START, where: 'steps.a.output == 1' }], nodes: [] }),
      'unknown_name',
      '/triggers/0/where',
      'start',
      /steps is not there/,
    ],
    [
      'a field of a webhook that is none',
      { triggers: [HOOK], nodes: [IF('a', 'event.data.email == 1')], edges: edges('hook>a') },
      'unknown_name',
      '/nodes/0/input/condition',
      'a',
      /event\.data has no field "email"; it has body, headers, query, method/,
    ],
    [
      'a dedupe key that reads nothing',
      { triggers: [{ ...HOOK, dedupe: 'body.id' }], nodes: [] },
      'unknown_name',
      '/triggers/0/dedupe',
      'hook',
      /body is not a name/,
    ],
    [
      'a rate counted by nothing',
      { triggers: [{ ...HOOK, throttle: { limit: 1, per: 'PT1M', by: 'x' } }], nodes: [] },
      'unknown_name',
      '/triggers/0/throttle/by',
      'hook',
      /x is not a name/,
    ],
    [
      'a limit counted by nothing',
      sample({ nodes: [], settings: { rateLimit: { limit: 1, per: 'PT1M', by: 'x' } } }),
      'unknown_name',
      '/settings/rateLimit/by',
      null,
      /x is not a name/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'error'));
  });
});

describe('what a node can read', () => {
  const read = (source: string) => ({ id: 'r', type: 'data.map', input: { value: { $: source } } });
  const body = 'start>p p>l l:each>b b>r l:done>z';
  const loop = (source: string, more: Parts = {}) => ({
    triggers: [START],
    nodes: [JOIN('p'), LOOP('l'), JOIN('b'), JOIN('z'), read(source)],
    edges: edges(body),
    ...more,
  });
  const inner = (source: string) => ({
    triggers: [START],
    nodes: [LOOP('l'), LOOP('m'), read(source)],
    edges: edges('start>l l:each>m m:each>r'),
  });
  const undo = (source: string) => ({
    triggers: [START],
    nodes: [SMS('x', { compensate: 'r' }), SMS('y'), LOOP('l'), SMS('b'), read(source)],
    edges: edges('start>x x>y y>l l:each>b'),
    settings: { onError: 'rollback' },
  });
  const aside = (source: string) => ({
    triggers: [START],
    nodes: [JOIN('p'), JOIN('q'), read(source)],
    edges: edges('start>p start>q p>r'),
  });
  const whileLoop = (input: Parts) => ({
    triggers: [START],
    nodes: [SET('s', { n: 0 }), LOOP('l', input), JOIN('b')],
    edges: edges('start>s s>l l:each>b'),
  });
  const after = (source: string) => ({
    triggers: [START],
    nodes: [LOOP('l'), JOIN('b'), read(source)],
    edges: edges('start>l l:each>b l:done>r'),
  });
  const wait = (where: string) =>
    sample({
      triggers: [HOOK],
      nodes: [{ id: 'w', type: 'flow.wait_for_event', input: { event: 'a.b', where, timeout: 'P1D' } }],
      edges: edges('hook>w'),
    });

  test.each<[string, Parts]>([
    ['a step before it', aside('steps.p.output')],
    ['the error of a step before it', aside('steps.p.error.code')],
    ['the item of its loop', loop('item + index')],
    ['its loop by name', loop('loops.l.item')],
    ['a step of its own turn', loop('steps.b.output')],
    ['a step before its loop', loop('steps.p.output')],
    ['the loop around its loop', inner('loops.l.index + loops.m.index + index')],
    ['what a loop answered', after('steps.l.output.results[0]')],
    ['what a compensation undoes, and all else', undo('[steps.x.output, steps.y.output]')],
    [
      'the variables of a loop that turns while',
      whileLoop({ while: 'index < 3 && vars.n == 0', collect: { $: 'index' } }),
    ],
    ['the steps of a turn where it collects', whileLoop({ items: [1], collect: { $: '[item, steps.b.output]' } })],
    ['the awaited event in its where', wait('event.data.email == client.email')],
    ['the run, the organization and the time', aside('run.id + org.timezone + string(now)')],
  ])('%s', (_, parts) => {
    expect(problemsOf(parts)).toEqual([]);
  });

  test.each<[string, Parts]>([
    ['a step of another branch', aside('steps.q.output')],
    ['itself', aside('steps.r.output')],
    ['the loop that it is in', loop('steps.l.output')],
    ['a step after its loop', loop('steps.z.output')],
    ['a step of a loop that is over', after('steps.b.output')],
    ['a loop that it is not in', after('loops.l.index')],
    ['the item of a loop that goes by while', whileLoop({ while: 'true', collect: { $: 'item' } })],
    ['a step of the last turn in while', whileLoop({ while: 'steps.b.output == null' })],
    ['a step of a loop, in what undoes a step outside', undo('steps.b.output')],
    ['the webhook, where the awaited event is asked', wait('event.headers.x == 1')],
  ])('never %s', (_, parts) => {
    expect(problemsOf(parts)).toMatchObject([{ code: 'unknown_name', severity: 'error' }]);
  });

  test('the type of a list reaches the items of a loop over it', () => {
    const nodes = [
      { id: 'c', type: 'crm.update', input: { connection: 'x', fields: {} } },
      LOOP('l', { items: { $: 'steps.c.output.tags' } }),
      { id: 'r', type: 'data.map', input: { value: { $: 'item * 2' } } },
    ];
    const parts = { triggers: [START], nodes, edges: edges('start>c c>l l:each>r') };
    expect(problemsOf(parts)).toMatchObject([{ code: 'invalid_expression', nodeId: 'r' }]);
  });
});
