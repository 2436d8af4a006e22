import { describe, expect, test } from 'vitest';
import {
  answerAll,
  begin,
  createWorld,
  DAY,
  ending,
  failures,
  HOUR,
  passTime,
  reply,
  runToEnd,
  type Sketch,
  START,
  send,
  step,
} from './testing/world.ts';

const work = ['test.do'] as const;

describe('cancel, where the worker died in a call', () => {
  const calling: Sketch = { nodes: { act: work, once: ['test.once'] }, edges: ['begin > act', 'begin > once'] };

  test('a call that was under way is not made again', () => {
    const world = begin(createWorld(calling));
    send(world, { kind: 'cancel-requested' });
    expect(ending(world)).toBeUndefined();
    send(world, { kind: 'run-recovered' });
    expect(world.last.map((effect) => effect.kind)).not.toContain('perform-action');
    expect(ending(world)?.status).toBe('cancelled');
    expect(step(world, 'act')).toMatchObject({ status: 'skipped', error: { code: 'cancelled' } });
    expect(step(world, 'once')).toMatchObject({ status: 'failed', error: { code: 'outcome_unknown' } });
  });

  test('a run that its worker parked ends at once', () => {
    const world = begin(createWorld(calling));
    world.run = { ...world.run, status: 'parked', parked: { code: 'worker_lost', message: 'Died.', at: START } };
    send(world, { kind: 'cancel-requested' });
    expect(ending(world)?.status).toBe('cancelled');
  });

  test('a retry makes the call that was cut off', () => {
    const world = begin(createWorld({ nodes: { act: work }, edges: ['begin > act'] }));
    send(world, { kind: 'cancel-requested' });
    world.pending.length = 0;
    send(world, { kind: 'run-recovered' });
    expect(ending(world)?.status).toBe('cancelled');
    send(world, { kind: 'retry-requested' });
    reply(world, 'act');
    expect(ending(world)?.status).toBe('completed');
  });
});

describe('pause and cancel', () => {
  const waiting: Sketch = {
    nodes: {
      act: work,
      next: work,
      delay: ['flow.delay', { for: 'PT2H' }],
      until: ['flow.wait_until', { at: '2026-03-01T15:00:00Z' }],
    },
    edges: ['begin > act', 'act > next', 'begin > delay', 'begin > until'],
  };

  test('a paused run records what is under way and starts nothing', () => {
    const world = begin(createWorld(waiting));
    send(world, { kind: 'pause-requested', reason: 'Holiday' });
    expect(world.run).toMatchObject({ status: 'parked', dueAt: null, parked: { code: 'paused', message: 'Holiday' } });
    reply(world, 'act');
    expect(step(world, 'act').status).toBe('completed');
    expect(world.pending).toEqual([]);
    passTime(world, DAY);
    expect(step(world, 'delay').status).toBe('waiting');
    send(world, { kind: 'resume-requested' });
    expect(world.pending.map((asked) => asked.step)).toEqual(['next']);
  });

  test('time spent paused moves delays and not set moments', () => {
    const world = begin(createWorld(waiting));
    passTime(world, HOUR);
    send(world, { kind: 'pause-requested' });
    world.now += HOUR;
    send(world, { kind: 'resume-requested' });
    expect(step(world, 'delay').dueAt).toBe(START + 3 * HOUR);
    expect(step(world, 'until').dueAt).toBe(START + 3 * HOUR);
    world.now = START;
  });

  test('a set moment that passed while the run was paused fires when it is resumed', () => {
    const world = begin(createWorld(waiting));
    send(world, { kind: 'pause-requested' });
    world.now += 10 * HOUR;
    send(world, { kind: 'resume-requested' });
    expect(world.run.dueAt).toBe(START + 3 * HOUR);
    send(world, { kind: 'time-passed' });
    expect(step(world, 'until').status).toBe('completed');
    expect(step(world, 'delay')).toMatchObject({ status: 'waiting', dueAt: START + 12 * HOUR });
  });

  test('an event that comes while the run is paused is not lost', () => {
    const world = begin(
      createWorld({
        nodes: { listen: ['flow.wait_for_event', { event: 'x' }], b: work },
        edges: ['begin > listen', 'listen.received > b'],
      }),
    );
    send(world, { kind: 'pause-requested' });
    send(world, { kind: 'event-received', step: 'listen', event: { type: 'x', data: 1, time: '' } });
    expect(step(world, 'listen').status).toBe('completed');
    expect(world.pending).toEqual([]);
    send(world, { kind: 'resume-requested' });
    expect(world.pending.map((asked) => asked.step)).toEqual(['b']);
  });

  test('a run that is paused before it begins, begins when it is resumed', () => {
    const world = createWorld(waiting);
    send(world, { kind: 'pause-requested' });
    expect(world.run.status).toBe('parked');
    send(world, { kind: 'resume-requested' });
    expect(world.run.status).toBe('running');
  });

  test.each([
    ['queued', () => createWorld(waiting)],
    ['waiting', () => answerAll(begin(createWorld(waiting)))],
    [
      'parked',
      () => {
        const world = answerAll(begin(createWorld(waiting)));
        send(world, { kind: 'pause-requested' });
        return world;
      },
    ],
    [
      'waiting for the next attempt',
      () => answerAll(begin(createWorld({ nodes: { a: work }, edges: ['begin > a'] })), () => failures.retry),
    ],
    [
      'unsure of an outcome',
      () =>
        answerAll(begin(createWorld({ nodes: { a: ['test.once'] }, edges: ['begin > a'] })), () => failures.unknown),
    ],
  ])('cancel ends a run at once that is %s', (_, make) => {
    const world = make();
    send(world, { kind: 'cancel-requested', reason: 'Changed my mind' });
    expect(world.run).toMatchObject({ status: 'cancelled', dueAt: null, parked: null });
    expect(ending(world)).toMatchObject({
      status: 'cancelled',
      error: { code: 'cancelled', message: 'Changed my mind' },
    });
    expect([...world.steps.values()].filter(({ status }) => ['running', 'waiting', 'parked'].includes(status))).toEqual(
      [],
    );
  });

  test('cancel waits for an action under way', () => {
    const world = begin(createWorld(waiting));
    send(world, { kind: 'cancel-requested' });
    expect(world.run.status).toBe('running');
    expect(send(world, { kind: 'cancel-requested' })).toEqual([]);
    reply(world, 'act');
    expect(world.run.status).toBe('cancelled');
    expect(world.pending).toEqual([]);
  });

  test('a cancelled run can be retried', () => {
    const world = answerAll(begin(createWorld(waiting)));
    send(world, { kind: 'cancel-requested' });
    send(world, { kind: 'retry-requested' });
    runToEnd(world);
    expect(world.run.status).toBe('completed');
  });
});
