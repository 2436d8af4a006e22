import { describe, expect, test } from 'vitest';
import {
  answerAll,
  begin,
  createWorld,
  ending,
  failures,
  history,
  type PerformAction,
  passTime,
  type Reply,
  reply,
  runToEnd,
  type Sketch,
  send,
  step,
} from './testing/world.ts';

const work = ['test.do'] as const;
const undoneBy = (id: string) => ['test.do', {}, { compensate: id }] as const;

const saga: Sketch = {
  nodes: {
    flight: undoneBy('cancel_flight'),
    hotel: undoneBy('cancel_hotel'),
    pay: work,
    cancel_flight: ['test.do', { booking: { $: 'steps.flight.output' } }],
    cancel_hotel: ['test.do', { booking: { $: 'steps.hotel.output' } }],
  },
  edges: ['begin > flight', 'flight > hotel', 'hotel > pay'],
  settings: { onError: 'rollback' },
};

const failing =
  (...steps: readonly string[]) =>
  ({ step }: PerformAction): Reply =>
    steps.includes(step) ? failures.terminal : { output: `did ${step}` };

describe('compensation', () => {
  test('completed steps are undone in reverse order, one after the other', () => {
    const world = begin(createWorld(saga));
    reply(world, 'flight', { output: 'F1' });
    reply(world, 'hotel', { output: 'H1' });
    reply(world, 'pay', failures.terminal);
    expect(world.pending).toMatchObject([
      { step: 'cancel_hotel', input: { booking: 'H1' }, idempotencyKey: 'org-1/run-1/cancel_hotel' },
    ]);
    expect(world.run.status).toBe('running');
    reply(world, 'cancel_hotel');
    expect(step(world, 'hotel').status).toBe('compensated');
    expect(world.pending).toMatchObject([{ step: 'cancel_flight', input: { booking: 'F1' } }]);
    reply(world, 'cancel_flight');
    expect(history(world)).toEqual([
      'flight: compensated next',
      'hotel: compensated next',
      'pay: failed',
      'cancel_hotel: completed next',
      'cancel_flight: completed next',
    ]);
    expect(ending(world)).toMatchObject({ status: 'failed', error: { code: 'refused', nodeId: 'pay' } });
    expect(step(world, 'hotel')).toMatchObject({ output: 'H1', finishedAt: world.now });
  });

  test('one that fails is recorded, and the rest go on', () => {
    const world = runToEnd(createWorld(saga), failing('pay', 'cancel_hotel'));
    expect(step(world, 'cancel_hotel').status).toBe('failed');
    expect(step(world, 'hotel').status).toBe('completed');
    expect(step(world, 'flight').status).toBe('compensated');
    expect(ending(world)?.status).toBe('failed');
  });

  test('attempts are made again while undoing', () => {
    const world = answerAll(begin(createWorld(saga)), ({ step, attempt }) =>
      step === 'pay' ? failures.terminal : step === 'cancel_hotel' && attempt === 1 ? failures.retry : { output: 1 },
    );
    expect(world.run.status).toBe('waiting');
    passTime(world, 60_000);
    answerAll(world);
    expect(history(world).slice(-2)).toEqual(['cancel_hotel: completed next', 'cancel_flight: completed next']);
  });

  test.each([
    ['without rollback', { onError: 'stop' }, failing('pay')],
    ['of a run that completes', { onError: 'rollback' }, failing()],
  ])('does not happen %s', (_, settings, answers) => {
    const world = runToEnd(createWorld({ ...saga, settings }), answers);
    expect([...world.steps.keys()]).toEqual(['flight', 'hotel', 'pay']);
  });

  test('does not happen when a run is cancelled, and stops when it is', () => {
    const cancelled = begin(createWorld(saga));
    reply(cancelled, 'flight');
    send(cancelled, { kind: 'cancel-requested' });
    answerAll(cancelled);
    expect(cancelled.run.status).toBe('cancelled');
    expect([...cancelled.steps.keys()]).toEqual(['flight', 'hotel']);

    const undoing = begin(createWorld(saga));
    reply(undoing, 'flight');
    reply(undoing, 'hotel');
    reply(undoing, 'pay', failures.terminal);
    send(undoing, { kind: 'cancel-requested' });
    reply(undoing, 'cancel_hotel');
    expect(undoing.run.status).toBe('cancelled');
    expect(step(undoing, 'flight').status).toBe('completed');
  });

  test('in a loop reads the iteration that it undoes', () => {
    const world = createWorld({
      nodes: {
        loop: ['flow.loop', { items: ['x', 'y'], concurrency: 1 }],
        book: ['test.do', { item: { $: 'item' } }, { compensate: 'undo' }],
        pay: work,
        undo: ['test.do', { item: { $: 'item' }, index: { $: 'index' }, booked: { $: 'steps.book.output' } }],
      },
      edges: ['begin > loop', 'loop.each > book', 'loop.done > pay'],
      settings: { onError: 'rollback' },
    });
    runToEnd(world, failing('pay'));
    expect(step(world, 'undo#1')).toMatchObject({
      status: 'completed',
      input: { item: 'y', index: 1, booked: 'did book#1' },
    });
    expect(step(world, 'undo#0')).toMatchObject({
      status: 'completed',
      input: { item: 'x', index: 0, booked: 'did book#0' },
    });
    expect(step(world, 'undo#1').seq).toBeLessThan(step(world, 'undo#0').seq);
    expect(step(world, 'book#0').status).toBe('compensated');
  });

  test('in a nested loop reads the outer iteration, although it has ended', () => {
    const world = createWorld({
      nodes: {
        rows: ['flow.loop', { items: ['x', 'y'] }],
        cells: ['flow.loop', { items: [1, 2] }],
        book: ['test.do', {}, { compensate: 'undo' }],
        pay: work,
        undo: ['test.do', { row: { $: 'loops.rows.item' }, cell: { $: 'item' } }],
      },
      edges: ['begin > rows', 'rows.each > cells', 'cells.each > book', 'rows.done > pay'],
      settings: { onError: 'rollback' },
    });
    runToEnd(world, failing('pay'));
    expect(step(world, 'undo#0.1')).toMatchObject({ status: 'completed', input: { row: 'x', cell: 2 } });
    expect(['1.1', '1.0', '0.1', '0.0'].map((path) => step(world, `undo#${path}`).seq)).toEqual([9, 10, 11, 12]);
    expect(Object.keys(world.run.state.scopes)).toHaveLength(2);
  });

  test('that serves two nodes has a key for each', () => {
    const world = runToEnd(
      createWorld({
        nodes: { a: undoneBy('undo'), b: undoneBy('undo'), pay: work, undo: work },
        edges: ['begin > a', 'a > b', 'b > pay'],
        settings: { onError: 'rollback' },
      }),
      failing('pay'),
    );
    expect(history(world).slice(-2)).toEqual(['undo@b: completed next', 'undo@a: completed next']);
    expect(step(world, 'undo@b').nodeId).toBe('undo');
    expect(
      new Set(world.effects.flatMap((effect) => (effect.kind === 'perform-action' ? [effect.idempotencyKey] : [])))
        .size,
    ).toBe(5);
  });

  test('of unknown outcome waits for a person', () => {
    const once: Sketch = { ...saga, nodes: { ...saga.nodes, cancel_hotel: ['test.once'] } };
    const world = runToEnd(createWorld(once), ({ step }) =>
      step === 'pay' ? failures.terminal : step === 'cancel_hotel' ? failures.unknown : { output: 1 },
    );
    expect(world.run.parked?.code).toBe('outcome_unknown');
    send(world, { kind: 'resume-requested', outcome: { kind: 'succeeded', output: null } });
    runToEnd(world);
    expect(step(world, 'hotel').status).toBe('compensated');
    expect(step(world, 'flight').status).toBe('compensated');
  });

  test('waits for what is under way in other branches', () => {
    const world = begin(
      createWorld({
        nodes: { a: undoneBy('undo_a'), b: work, undo_a: work },
        edges: ['begin > a', 'begin > b'],
        settings: { onError: 'rollback' },
      }),
    );
    reply(world, 'b', failures.terminal);
    expect(world.pending.map(({ step }) => step)).toEqual(['a']);
    reply(world, 'a');
    expect(world.pending.map(({ step }) => step)).toEqual(['undo_a']);
  });

  test('of a run taken over goes on with the same compensation', () => {
    const world = answerAll(begin(createWorld(saga)), (asked) =>
      asked.step === 'cancel_hotel' ? null : failing('pay')(asked),
    );
    const asked = [...world.pending];
    world.run = JSON.parse(JSON.stringify(world.run));
    expect(send(world, { kind: 'run-recovered' })).toEqual(asked);
  });

  test('makes a retry of the run senseless', () => {
    const world = runToEnd(createWorld(saga), failing('pay'));
    expect(send(world, { kind: 'retry-requested' })).toEqual([]);
    const untouched = runToEnd(createWorld(saga), failing('flight'));
    expect(send(untouched, { kind: 'retry-requested' })).not.toEqual([]);
  });
});
