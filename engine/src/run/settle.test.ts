import { describe, expect, test } from 'vitest';
import { answerAll, begin, createWorld, ending, history, reply, runToEnd, type Sketch } from './testing/world.ts';

const work = ['test.do'] as const;

describe('order', () => {
  const graphs: readonly (Sketch & { readonly is: string; readonly history: readonly string[] })[] = [
    {
      is: 'a chain runs in order',
      nodes: { a: work, b: work },
      edges: ['begin > a', 'a > b'],
      history: ['a: completed next', 'b: completed next'],
    },
    {
      is: 'branches of an if meet again, the dead one is skipped with all behind it',
      nodes: { if: ['flow.if', { condition: 'event.data.n == 1' }], yes: work, no: work, no2: work, end: work },
      edges: ['begin > if', 'if.true > yes', 'if.false > no', 'no > no2', 'yes > end', 'no2 > end'],
      history: ['if: completed true', 'no: skipped', 'no2: skipped', 'yes: completed next', 'end: completed next'],
    },
    {
      is: 'a node with only dead edges is skipped',
      nodes: { filter: ['flow.filter', { condition: 'false' }], a: work, b: work },
      edges: ['begin > filter', 'filter > a', 'a > b'],
      history: ['filter: completed', 'a: skipped', 'b: skipped'],
    },
    {
      is: 'parallel branches join',
      nodes: { a: work, b: work, join: ['flow.join'], end: work },
      edges: ['begin > a', 'begin > b', 'a > join', 'b > join', 'join > end'],
      history: ['a: completed next', 'b: completed next', 'join: completed next', 'end: completed next'],
    },
    {
      is: 'two ports of one node may lead to the same node',
      nodes: { if: ['flow.if', { condition: 'true' }], a: work },
      edges: ['begin > if', 'if.true > a', 'if.false > a'],
      history: ['if: completed true', 'a: completed next'],
    },
    {
      is: 'edges of other triggers are dead',
      triggers: [
        { id: 'begin', type: 'manual' },
        { id: 'other', type: 'manual' },
      ],
      nodes: { a: work, b: work, both: work },
      edges: ['begin > a', 'other > b', 'a > both', 'b > both'],
      history: ['b: skipped', 'a: completed next', 'both: completed next'],
    },
    {
      is: 'without a trigger, nodes to which nothing leads begin',
      triggers: [],
      nodes: { a: [...work, {}, { compensate: 'undo' }], b: work, undo: work },
      edges: ['a > b'],
      history: ['a: completed next', 'b: completed next'],
    },
    {
      is: 'a disabled node is passed through',
      nodes: { a: [...work, {}, { disabled: true }], b: work },
      edges: ['begin > a', 'a > b'],
      history: ['a: skipped next', 'b: completed next'],
    },
    {
      is: 'a disabled node without a port called next is passed by its first, a loop by done',
      nodes: {
        if: ['flow.if', { condition: 'false' }, { disabled: true }],
        loop: ['flow.loop', { items: [1] }, { disabled: true }],
        body: work,
        end: work,
      },
      edges: ['begin > if', 'if.true > loop', 'loop.each > body', 'loop.done > end'],
      history: ['if: skipped true', 'loop: skipped done', 'end: completed next'],
    },
  ];

  test.each(graphs)('$is', ({ is: _, history: expected, ...given }) => {
    const world = runToEnd(createWorld(given));
    expect(history(world)).toEqual(expected);
    expect(ending(world)).toEqual({ kind: 'finish-run', status: 'completed', output: null, error: null });
  });

  test('a join waits for every branch that is under way', () => {
    const world = begin(
      createWorld({ nodes: { a: work, b: work, c: work }, edges: ['begin > a', 'begin > b', 'a > c', 'b > c'] }),
    );
    reply(world, 'b');
    expect(world.pending.map((asked) => asked.step)).toEqual(['a']);
    reply(world, 'a');
    expect(world.pending.map((asked) => asked.step)).toEqual(['c']);
  });

  test('a join in mode any goes on once, at the first taken edge', () => {
    const world = begin(
      createWorld({
        nodes: { a: work, b: work, any: ['flow.join', { mode: 'any' }], c: work },
        edges: ['begin > a', 'begin > b', 'a > any', 'b > any', 'any > c'],
      }),
    );
    reply(world, 'b');
    expect(world.pending.map((asked) => asked.step)).toEqual(['a', 'c']);
    answerAll(world);
    expect(history(world)).toEqual([
      'a: completed next',
      'b: completed next',
      'any: completed next',
      'c: completed next',
    ]);
  });

  test('a run by hand takes the manual trigger, else the first', () => {
    const triggers = [
      { id: 'hook', type: 'webhook' },
      { id: 'hand', type: 'manual' },
    ];
    const nodes = { a: work, b: work };
    const edges = ['hook > a', 'hand > b'];
    expect(history(runToEnd(createWorld({ nodes, edges, triggers }, { triggerId: null })))).toContain(
      'b: completed next',
    );
    const first = createWorld({ nodes, edges: ['hook > a'], triggers: triggers.slice(0, 1) }, { triggerId: null });
    expect(history(runToEnd(first))).toContain('a: completed next');
  });

  test('a node called constructor is a node like others', () => {
    const world = runToEnd(
      createWorld({ nodes: { constructor: work, b: work }, edges: ['begin > constructor', 'constructor > b'] }),
    );
    expect(history(world)).toEqual(['constructor: completed next', 'b: completed next']);
  });

  test('a workflow without nodes completes at once', () => {
    expect(begin(createWorld({ nodes: {} })).run.status).toBe('completed');
  });
});
