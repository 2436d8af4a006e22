import { describe, expect, test } from 'vitest';
import {
  answerAll,
  begin,
  createWorld,
  ending,
  failures,
  HOUR,
  history,
  passTime,
  type Reply,
  reply,
  runToEnd,
  START,
  send,
  step,
} from './testing/world.ts';

const work = ['test.do'] as const;

/** begin > loop, its body `body`, then `after`. */
function looping(
  input: object,
  { body = {}, settings = {}, fields = {} }: { body?: object; settings?: object; fields?: object } = {},
) {
  return createWorld({
    nodes: {
      loop: ['flow.loop', input, fields],
      body: ['test.do', { item: { $: 'index' } }, body],
      after: ['test.do', { all: { $: 'steps.loop.output' } }],
    },
    edges: ['begin > loop', 'loop.each > body', 'loop.done > after'],
    settings,
  });
}

describe('a loop over items', () => {
  test('runs its body once for each, and collects in item order', () => {
    const world = createWorld({
      nodes: {
        loop: [
          'flow.loop',
          {
            items: { $: '[3, 1, 2]' },
            collect: { $: "string(steps.body.output) + '/' + string(item)" },
            concurrency: 3,
          },
        ],
        body: ['test.do', { item: { $: 'item' }, index: { $: 'index' }, outer: { $: 'loops.loop.item' } }],
        after: ['test.do', { all: { $: 'steps.loop.output' } }],
      },
      edges: ['begin > loop', 'loop.each > body', 'loop.done > after'],
    });
    begin(world);
    expect(world.pending.map(({ step, input }) => [step, input])).toEqual([
      ['body#0', { item: 3, index: 0, outer: 3 }],
      ['body#1', { item: 1, index: 1, outer: 1 }],
      ['body#2', { item: 2, index: 2, outer: 2 }],
    ]);
    for (const index of [2, 0, 1]) reply(world, `body#${index}`, { output: index * 10 });
    expect(step(world, 'loop')).toMatchObject({
      status: 'completed',
      port: 'done',
      output: { count: 3, results: ['0/3', '10/1', '20/2'] },
    });
    answerAll(world);
    expect(step(world, 'after').input).toEqual({ all: { count: 3, results: ['0/3', '10/1', '20/2'] } });
    expect(step(world, 'body#1')).toMatchObject({ nodeId: 'body', item: '1' });
    expect(Object.keys(world.run.state.scopes)).toEqual(['']);
  });

  test.each([
    [1, ['body#0']],
    [2, ['body#0', 'body#1']],
    [9, ['body#0', 'body#1', 'body#2', 'body#3']],
  ])('runs %s at a time', (concurrency, asked) => {
    const world = begin(looping({ items: [1, 2, 3, 4], concurrency }));
    expect(world.pending.map(({ step }) => step)).toEqual(asked);
    answerAll(world);
    expect(world.run.status).toBe('completed');
  });

  test('of nothing is done at once', () => {
    const world = answerAll(begin(looping({ items: [] })));
    expect(history(world)).toEqual(['loop: completed done', 'after: completed next']);
    expect(step(world, 'loop').output).toEqual({ count: 0, results: [] });
  });

  test('without a body still collects', () => {
    const world = begin(
      createWorld({
        nodes: { loop: ['flow.loop', { items: [1, 2], collect: { $: 'item * 2' } }] },
        edges: ['begin > loop'],
      }),
    );
    expect(step(world, 'loop').output).toEqual({ count: 2, results: [2, 4] });
  });

  test('of more items than one call may open goes on in the next', () => {
    const items = Array.from({ length: 5000 }, (_, index) => index);
    const world = createWorld({
      nodes: { loop: ['flow.loop', { items, collect: { $: 'item' }, maxIterations: 5000 }] },
      edges: ['begin > loop'],
    });
    begin(world);
    expect(world.run).toMatchObject({ status: 'waiting', dueAt: START });
    runToEnd(world);
    expect(step(world, 'loop').output).toEqual({ count: 5000, results: items });
  });

  test.each([
    ['what is no list', { items: { $: 'event.data.n' } }, 'invalid_input'],
    ['more than maxIterations', { items: [1, 2, 3], maxIterations: 2 }, 'too_many_iterations'],
    ['what cannot be evaluated', { items: { $: 'event.data.nothing' } }, 'missing_field'],
    ['what cannot be collected', { items: [1], collect: { $: 'steps.nobody.output' } }, 'missing_field'],
  ])('of %s fails', (_, input, code) => {
    const world = runToEnd(looping(input));
    expect(step(world, 'loop')).toMatchObject({ status: 'failed', error: { code } });
    expect(ending(world)).toMatchObject({ status: 'failed', error: { code, nodeId: 'loop' } });
  });

  test('that fails and may go on leaves by done', () => {
    const world = runToEnd(looping({ items: 5 }, { fields: { onError: 'continue' } }));
    expect(step(world, 'loop')).toMatchObject({ status: 'failed', error: { code: 'invalid_input' } });
    const other = runToEnd(looping({ items: { $: '5' } }, { fields: { onError: 'continue' } }));
    expect(history(other)).toEqual(['loop: failed done', 'after: completed next']);
  });

  test('of 1,000 items with a thousand results', () => {
    const items = Array.from({ length: 1000 }, (_, index) => index);
    const world = runToEnd(
      looping({ items, collect: { $: 'item' }, concurrency: 7 }, { settings: { maxSteps: 5000 } }),
    );
    expect(step(world, 'loop').output).toEqual({ count: 1000, results: items });
  });
});

describe('a loop with a condition', () => {
  test('runs as long as it holds, one turn after the other', () => {
    const world = createWorld({
      nodes: { loop: ['flow.loop', { while: 'index < 3', collect: { $: 'index' }, concurrency: 5 }], body: work },
      edges: ['begin > loop', 'loop.each > body'],
    });
    begin(world);
    expect(world.pending.map(({ step }) => step)).toEqual(['body#0']);
    answerAll(world);
    expect(step(world, 'loop').output).toEqual({ count: 3, results: [0, 1, 2] });
  });

  test('reads the variables that its body sets', () => {
    const world = begin(
      createWorld({
        nodes: {
          zero: ['flow.set', { vars: { n: 0 } }],
          loop: ['flow.loop', { while: 'vars.n < 4' }],
          more: ['flow.set', { vars: { n: { $: 'vars.n + 1' } } }],
        },
        edges: ['begin > zero', 'zero > loop', 'loop.each > more'],
      }),
    );
    expect(step(world, 'loop').output).toEqual({ count: 4, results: [] });
  });

  test('fails past maxIterations', () => {
    const world = begin(
      createWorld({
        nodes: { loop: ['flow.loop', { while: 'true', maxIterations: 3 }], body: ['flow.join'] },
        edges: ['begin > loop', 'loop.each > body'],
      }),
    );
    expect(step(world, 'loop').error).toMatchObject({
      code: 'too_many_iterations',
      message: expect.stringContaining('maxIterations'),
    });
  });
});

describe('inside a loop', () => {
  test('nested loops see their own and the outer items and steps', () => {
    const world = createWorld({
      nodes: {
        before: work,
        rows: ['flow.loop', { items: [['a', 'b'], ['c']], collect: { $: 'steps.cells.output.results' } }],
        row: ['test.do', { n: { $: 'size(item)' } }],
        cells: ['flow.loop', { items: { $: 'item' }, collect: { $: 'steps.cell.output' } }],
        cell: [
          'test.do',
          { text: '{{ loops.rows.index }}.{{ index }} {{ item }} {{ steps.row.output }} {{ steps.before.output }}' },
        ],
        after: ['test.do', { all: { $: 'steps.rows.output.results' } }],
      },
      edges: [
        'begin > before',
        'before > rows',
        'rows.each > row',
        'row > cells',
        'cells.each > cell',
        'rows.done > after',
      ],
    });
    runToEnd(world, ({ step, input }) => ({
      output: step.startsWith('cell') ? (input as { text: string }).text : step,
    }));
    expect(step(world, 'cell#1.0')).toMatchObject({ item: '1.0', input: { text: '1.0 c row#1 before' } });
    expect(step(world, 'after').input).toEqual({
      all: [['0.0 a row#0 before', '0.1 b row#0 before'], ['1.0 c row#1 before']],
    });
    expect(world.run.status).toBe('completed');
  });

  test("a step's output is this iteration's", () => {
    const world = createWorld({
      nodes: {
        loop: ['flow.loop', { items: [1, 2] }],
        a: ['test.do', { item: { $: 'item' } }],
        b: ['test.do', { a: { $: 'steps.a.output' } }],
      },
      edges: ['begin > loop', 'loop.each > a', 'a > b'],
    });
    runToEnd(world, ({ step, input }) => ({
      output: step.startsWith('a') ? (input as { item: number }).item * 100 : null,
    }));
    expect(step(world, 'b#0').input).toEqual({ a: 100 });
    expect(step(world, 'b#1').input).toEqual({ a: 200 });
  });

  test('paths die and join within the iteration', () => {
    const world = runToEnd(
      createWorld({
        nodes: {
          loop: ['flow.loop', { items: [1, 2] }],
          odd: ['flow.if', { condition: 'item == 1' }],
          yes: work,
          no: work,
          end: work,
        },
        edges: ['begin > loop', 'loop.each > odd', 'odd.true > yes', 'odd.false > no', 'yes > end', 'no > end'],
      }),
    );
    expect(history(world)).toEqual([
      'loop: completed done',
      'odd#0: completed true',
      'no#0: skipped',
      'yes#0: completed next',
      'end#0: completed next',
      'odd#1: completed false',
      'yes#1: skipped',
      'no#1: completed next',
      'end#1: completed next',
    ]);
  });

  test('each iteration keeps its own time', () => {
    const world = begin(
      createWorld({
        nodes: {
          loop: ['flow.loop', { items: [1, 2, 3], concurrency: 3 }],
          wait: ['flow.delay', { for: { $: "'PT' + string(item) + 'H'" } }],
        },
        edges: ['begin > loop', 'loop.each > wait'],
      }),
    );
    expect(world.run.dueAt).toBe(START + HOUR);
    passTime(world, 2 * HOUR);
    expect(['wait#0', 'wait#1', 'wait#2'].map((key) => step(world, key).status)).toEqual([
      'completed',
      'completed',
      'waiting',
    ]);
    expect(world.run.dueAt).toBe(START + 3 * HOUR);
  });

  test('a failed iteration fails the run, and a retry goes on from it', () => {
    const world = begin(looping({ items: [1, 2, 3], concurrency: 1, collect: { $: 'steps.body.output' } }));
    reply(world, 'body#0', { output: 'a' });
    reply(world, 'body#1', failures.terminal);
    expect(world.run.status).toBe('failed');
    expect(step(world, 'loop')).toMatchObject({ status: 'failed', error: { code: 'iteration_failed' } });
    expect(ending(world)?.error?.nodeId).toBe('body');
    send(world, { kind: 'retry-requested' });
    expect(step(world, 'loop').status).toBe('running');
    answerAll(world, ({ step }): Reply => ({ output: step }));
    expect(step(world, 'loop').output).toEqual({ count: 3, results: ['a', 'body#1', 'body#2'] });
    expect(world.run.status).toBe('completed');
  });

  test('an iteration that may fail goes on with an error', () => {
    const world = runToEnd(
      looping({ items: [1, 2], collect: { $: 'steps.body.error.code' } }, { body: { onError: 'continue' } }),
      ({ step }) => (step.startsWith('body') ? failures.terminal : { output: 1 }),
    );
    expect(step(world, 'loop').output).toEqual({ count: 2, results: ['refused', 'refused'] });
  });

  test('stop ends the run', () => {
    const world = begin(
      createWorld({
        nodes: { loop: ['flow.loop', { items: [1, 2] }], stop: ['flow.stop', { output: { $: 'item' } }] },
        edges: ['begin > loop', 'loop.each > stop'],
      }),
    );
    expect(ending(world)).toMatchObject({ status: 'completed', output: 1 });
    expect(history(world)).toEqual(['loop: skipped', 'stop#0: completed']);
  });
});
