import { describe, expect, test } from 'vitest';
import {
  answerAll,
  begin,
  createWorld,
  DAY,
  failures,
  HOUR,
  passTime,
  runToEnd,
  type Sketch,
  START,
  send,
  step,
} from './testing/world.ts';

const work = ['test.do'] as const;

describe('events that do not fit', () => {
  const fits = () => {
    const world = begin(
      createWorld({ nodes: { a: work, b: ['flow.delay', { for: 'P1D' }] }, edges: ['begin > a', 'begin > b'] }),
    );
    return world;
  };
  test.each([
    ['an answer to an unknown step', { kind: 'action-completed', step: 'nobody', attempt: 1, output: 1 }],
    ['an answer to an iteration that is none', { kind: 'action-completed', step: 'a#3', attempt: 1, output: 1 }],
    ['an answer to a step that does not act', { kind: 'action-completed', step: 'b', attempt: 1, output: 1 }],
    ['an answer to another attempt', { kind: 'action-completed', step: 'a', attempt: 2, output: 1 }],
    ['a failure of another attempt', { kind: 'action-failed', step: 'a', attempt: 2, failure: failures.retry.failure }],
    ['a second start', { kind: 'run-started' }],
    ['time that brings nothing', { kind: 'time-passed' }],
    [
      'an event for a step that does not listen',
      { kind: 'event-received', step: 'b', event: { type: 'x', data: 1, time: '' } },
    ],
    [
      'the end of a child that there is not',
      { kind: 'child-finished', step: 'a', runId: 'x', status: 'completed', output: 1, error: null },
    ],
    ['resume of what is not parked', { kind: 'resume-requested' }],
    ['retry of what has not failed', { kind: 'retry-requested' }],
  ] as const)('%s changes nothing', (_, event) => {
    const world = fits();
    const before = world.run;
    expect(send(world, event)).toEqual([]);
    expect(world.run).toBe(before);
  });

  test.each([
    { kind: 'run-started' },
    { kind: 'action-completed', step: 'a', attempt: 1, output: 1 },
    { kind: 'time-passed' },
    { kind: 'run-recovered' },
    { kind: 'cancel-requested' },
    { kind: 'pause-requested' },
    { kind: 'resume-requested' },
    { kind: 'retry-requested' },
  ] as const)('$kind changes nothing in a completed run', (event) => {
    const world = runToEnd(createWorld({ nodes: { a: work }, edges: ['begin > a'] }));
    const before = world.run;
    expect(send(world, event)).toEqual([]);
    expect(world.run).toBe(before);
  });
});

describe('budgets', () => {
  const endless: Sketch = {
    nodes: { loop: ['flow.loop', { while: 'index < 8' }], set: ['flow.set', { vars: { n: { $: 'index' } } }] },
    edges: ['begin > loop', 'loop.each > set'],
    settings: { maxSteps: 5 },
  };

  test('a run parks when it has started its steps, and resuming grants as many again', () => {
    const world = begin(createWorld(endless));
    expect(world.run.parked).toMatchObject({ code: 'step_budget_exceeded' });
    expect(world.run.parked?.message).toContain('maxSteps');
    send(world, { kind: 'resume-requested' });
    expect(world.run.status).toBe('completed');
    expect(world.run.vars).toEqual({ n: 7 });
  });

  test('a sleeping run notices that it has lasted too long', () => {
    const world = begin(
      createWorld({
        nodes: { wait: ['flow.delay', { for: 'P3D' }], b: work },
        edges: ['begin > wait', 'wait > b'],
        settings: { maxDuration: 'P1D' },
      }),
    );
    expect(world.run.dueAt).toBe(START + DAY);
    passTime(world, DAY);
    expect(world.run).toMatchObject({ status: 'parked', dueAt: null, parked: { code: 'duration_exceeded' } });
    world.now += HOUR;
    send(world, { kind: 'resume-requested' });
    expect(world.run.dueAt).toBe(START + 2 * DAY + HOUR);
    expect(step(world, 'wait').dueAt).toBe(START + 3 * DAY + HOUR);
  });

  test('work that is more than one call may do goes on at once in the next', () => {
    const world = begin(
      createWorld({
        nodes: {
          loop: ['flow.loop', { while: 'index < 3000', maxIterations: 4000 }],
          set: ['flow.set', { vars: { n: { $: 'index' } } }],
        },
        edges: ['begin > loop', 'loop.each > set'],
      }),
    );
    expect(world.run).toMatchObject({ status: 'waiting', dueAt: START });
    runToEnd(world);
    expect(world.now).toBe(START);
    expect(step(world, 'loop').output).toEqual({ count: 3000, results: [] });
  });
});

describe('taking over from a worker that died', () => {
  test('what was under way is asked for again as it was', () => {
    const world = begin(createWorld({ nodes: { a: work, b: work }, edges: ['begin > a', 'begin > b'] }));
    const asked = [...world.pending];
    expect(send(world, { kind: 'run-recovered' })).toEqual(asked);
  });

  test('what must not be repeated parks the run', () => {
    const world = begin(createWorld({ nodes: { a: ['test.once'], b: work }, edges: ['begin > a', 'begin > b'] }));
    send(world, { kind: 'run-recovered' });
    expect(world.run.parked).toMatchObject({ code: 'outcome_unknown' });
    expect(world.last.filter((effect) => effect.kind === 'perform-action').map(({ step }) => step)).toEqual(['b']);
  });

  test('a run that was accepted and not begun, begins', () => {
    const world = createWorld({ nodes: { a: work }, edges: ['begin > a'] });
    send(world, { kind: 'run-recovered' });
    expect(world.run.status).toBe('running');
  });

  test('a run that a worker had parked because of a fault goes on from what was under way', () => {
    const world = begin(createWorld({ nodes: { a: work }, edges: ['begin > a'] }));
    const asked = [...world.pending];
    world.run = {
      ...world.run,
      status: 'parked',
      dueAt: null,
      parked: { code: 'internal_error', message: 'Bug', at: START },
    };
    expect(send(world, { kind: 'resume-requested' })).toEqual(asked);
  });

  test('a node of a type that is not known parks the run before it', () => {
    const world = answerAll(
      begin(createWorld({ nodes: { a: work, b: ['future.thing'] }, edges: ['begin > a', 'a > b'] })),
    );
    expect(world.run.parked).toMatchObject({ code: 'unknown_type' });
    expect(world.run.parked?.message).toContain('future.thing');
    send(world, { kind: 'resume-requested' });
    expect(world.run.parked).toMatchObject({ code: 'unknown_type' });
  });
});
