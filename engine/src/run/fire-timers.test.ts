import { expect, test } from 'vitest';
import { begin, createWorld, DAY, HOUR, history, passTime, runToEnd, START, send, step } from './testing/world.ts';

test('timers that are due together fire in order of their moments', () => {
  const world = begin(
    createWorld({
      nodes: {
        late: ['flow.delay', { for: 'PT3H' }],
        early: ['flow.delay', { for: 'PT1H' }],
        after_late: ['test.do'],
        after_early: ['test.do'],
      },
      edges: ['begin > late', 'begin > early', 'late > after_late', 'early > after_early'],
    }),
  );
  passTime(world, DAY);
  expect(world.pending.map((asked) => asked.step)).toEqual(['after_early', 'after_late']);
});

test('a timer that ends the run keeps later ones from firing', () => {
  const world = begin(
    createWorld({
      nodes: {
        child: ['flow.workflow', { workflow: 'w', wait: true }, { timeout: 'PT1H' }],
        wait: ['flow.delay', { for: 'PT2H' }],
        listen: ['flow.wait_for_event', { event: 'x', timeout: 'PT2H' }],
      },
      edges: ['begin > child', 'begin > wait', 'begin > listen'],
    }),
  );
  passTime(world, DAY);
  expect(history(world)).toEqual(['child: failed', 'wait: skipped', 'listen: skipped']);
  expect(world.last.filter(({ kind }) => kind === 'forget-event')).toHaveLength(1);
  expect(world.run.status).toBe('failed');
});

test('what was due before the run had lasted too long still counts', () => {
  const world = begin(
    createWorld({
      nodes: { one: ['flow.delay', { for: 'PT1H' }], two: ['flow.delay', { for: 'PT3H' }] },
      edges: ['begin > one', 'begin > two'],
      settings: { maxDuration: 'PT2H' },
    }),
  );
  passTime(world, DAY);
  expect(history(world)).toEqual(['one: completed next', 'two: waiting']);
  expect(world.run.parked?.code).toBe('duration_exceeded');
});

test('a run that ends is no longer due for its length', () => {
  const world = begin(
    createWorld({ nodes: { a: ['test.do'] }, edges: ['begin > a'], settings: { maxDuration: 'PT2H' } }),
  );
  expect(world.run.dueAt).toBe(START + 2 * HOUR);
  send(world, { kind: 'cancel-requested' });
  expect(world.run).toMatchObject({ status: 'running', dueAt: null });
  runToEnd(world);
  expect(step(world, 'a').status).toBe('completed');
});
