import { describe, expect, test } from 'vitest';
import {
  begin,
  createWorld,
  DAY,
  ending,
  failures,
  HOUR,
  history,
  reply,
  runToEnd,
  type Sketch,
  START,
  send,
  step,
} from './testing/world.ts';

const work = ['test.do'] as const;

describe('failing', () => {
  const parallel: Sketch = {
    nodes: {
      a: work,
      b: work,
      b2: work,
      wait: ['flow.delay', { for: 'P1D' }],
      listen: ['flow.wait_for_event', { event: 'x' }],
      child: ['flow.workflow', { workflow: 'w', wait: true }],
      after: work,
    },
    edges: ['begin > a', 'begin > b', 'b > b2', 'begin > wait', 'begin > listen', 'begin > child', 'wait > after'],
  };

  test('nothing new starts, what is under way finishes, waits are cancelled', () => {
    const world = begin(createWorld(parallel));
    reply(world, 'a', failures.terminal);
    expect(world.run.status).toBe('running');
    expect(world.last.map((effect) => effect.kind)).toContain('forget-event');
    expect(world.last.map((effect) => effect.kind)).toContain('cancel-child');
    expect(step(world, 'wait')).toMatchObject({ status: 'skipped', error: { code: 'cancelled' } });
    reply(world, 'b');
    expect(history(world)).toEqual([
      'a: failed',
      'b: completed next',
      'wait: skipped',
      'listen: skipped',
      'child: skipped',
    ]);
    expect(ending(world)).toMatchObject({ status: 'failed', error: { nodeId: 'a' } });
    expect(world.run).toMatchObject({ status: 'failed', dueAt: null });
  });

  test('an attempt that fails while the run ends is not made again', () => {
    const world = begin(createWorld(parallel));
    reply(world, 'a', failures.terminal);
    reply(world, 'b', failures.retry);
    expect(step(world, 'b')).toMatchObject({ status: 'failed', error: { code: 'busy' } });
    expect(ending(world)).toMatchObject({ status: 'failed', error: { nodeId: 'a' } });
  });

  test('a retry of the run makes the failed step again and restores what was cut off', () => {
    const world = begin(createWorld(parallel));
    reply(world, 'a', failures.terminal);
    reply(world, 'b');
    world.now += HOUR;
    send(world, { kind: 'retry-requested' });
    expect(world.pending.map(({ step, attempt }) => [step, attempt])).toEqual([
      ['a', 2],
      ['b2', 1],
    ]);
    expect(step(world, 'wait')).toMatchObject({ status: 'waiting', dueAt: START + HOUR + DAY });
    expect(world.last.map((effect) => effect.kind)).toEqual(expect.arrayContaining(['await-event', 'start-child']));
    reply(world, 'a', failures.retry);
    expect(step(world, 'a')).toMatchObject({ status: 'waiting', attempt: 2 });
    send(world, { kind: 'event-received', step: 'listen', event: { type: 'x', data: 1, time: '' } });
    send(world, { kind: 'child-finished', step: 'child', runId: 'c', status: 'completed', output: 1, error: null });
    runToEnd(world);
    expect(world.run.status).toBe('completed');
    expect(new Set(world.steps.values().map(({ seq }) => seq)).size).toBe(world.steps.size);
  });

  test('a retry of the run gives each step all its attempts again', () => {
    const retry = { attempts: 2, backoff: 'fixed', initial: 'PT1S' };
    const world = createWorld({ nodes: { a: ['test.do', {}, { retry }] }, edges: ['begin > a'] });
    runToEnd(world, () => failures.retry);
    send(world, { kind: 'retry-requested' });
    runToEnd(world, () => failures.retry);
    expect(step(world, 'a')).toMatchObject({ status: 'failed', attempt: 4 });
    expect(world.run.status).toBe('failed');
  });
});
