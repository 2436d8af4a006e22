import { expect, test } from 'vitest';
import { compilePlan } from './plan.ts';
import { begin, createWorld, history, runToEnd, sketch, testCatalogue } from './testing/world.ts';

const planOf = (...given: Parameters<typeof sketch>) => compilePlan(sketch(...given), testCatalogue);

test('an action keeps its facts unless the node says otherwise', () => {
  const plan = planOf({
    nodes: {
      plain: ['test.do'],
      once: ['test.once'],
      forced: ['test.once', {}, { repeatable: true, timeout: 'PT2M', onError: 'branch' }],
      fragile: ['test.fragile', {}, { retry: { initial: 'PT1M' } }],
    },
  });
  expect(plan.nodes.get('plain')).toMatchObject({
    repeatable: true,
    timeoutMs: 30_000,
    onError: 'stop',
    retry: { attempts: 3 },
  });
  expect(plan.nodes.get('once')).toMatchObject({ repeatable: false });
  expect(plan.nodes.get('forced')).toMatchObject({ repeatable: true, timeoutMs: 120_000, onError: 'branch' });
  expect(plan.nodes.get('fragile')?.retry).toEqual({ attempts: 2, backoff: 'fixed', initial: 'PT1M', max: 'PT1M' });
});

test.each([
  ['continue', 'continue'],
  ['rollback', 'stop'],
  ['stop', 'stop'],
])('settings.onError %s is %s for a node', (onError, expected) => {
  expect(planOf({ nodes: { a: ['test.do'] }, settings: { onError } }).nodes.get('a')?.onError).toBe(expected);
});

test('edges across the border of a loop, which validation refuses, hold nothing up', () => {
  const world = createWorld({
    nodes: { a: ['test.do'], loop: ['flow.loop', { items: [1] }], body: ['test.do'], end: ['test.do'] },
    edges: ['begin > a', 'a > loop', 'a > body', 'loop.each > body', 'body > end', 'loop.done > end'],
  });
  runToEnd(world);
  expect(world.run.status).toBe('completed');
});

test('an input that was never validated fails its step, not the engine', () => {
  const world = begin(createWorld({ nodes: { a: ['flow.delay', { howLong: 1 }] }, edges: ['begin > a'] }));
  expect(history(world)).toEqual(['a: failed']);
});
