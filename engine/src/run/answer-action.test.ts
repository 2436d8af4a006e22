import { describe, expect, test } from 'vitest';
import {
  begin,
  createWorld,
  ending,
  failures,
  history,
  passTime,
  reply,
  runToEnd,
  START,
  send,
  step,
} from './testing/world.ts';

const work = ['test.do'] as const;

describe('actions', () => {
  const retry = { attempts: 3, backoff: 'fixed', initial: 'PT10S' };

  test('an attempt carries its input, key and limits', () => {
    const world = begin(
      createWorld({
        nodes: {
          a: ['test.once', { n: { $: 'event.data.n + 1' }, text: 'Hi {{ event.data.n }}' }, { timeout: 'PT5S' }],
        },
        edges: ['begin > a'],
      }),
    );
    expect(world.pending[0]).toMatchObject({
      step: 'a',
      nodeId: 'a',
      type: 'test.once',
      input: { n: 2, text: 'Hi 1' },
      attempt: 1,
      idempotencyKey: 'org-1/run-1/a',
      timeoutMs: 5000,
      repeatable: false,
    });
    expect(step(world, 'a')).toMatchObject({ status: 'running', input: { n: 2, text: 'Hi 1' } });
    expect(world.run.status).toBe('running');
  });

  test('a failed attempt is made again after its backoff with the same input and key', () => {
    const world = begin(
      createWorld({ nodes: { a: ['test.do', { at: { $: 'now' } }, { retry }] }, edges: ['begin > a'] }),
    );
    const [first] = world.pending;
    reply(world, 'a', failures.retry);
    expect(step(world, 'a')).toMatchObject({
      status: 'waiting',
      attempt: 1,
      error: { code: 'busy' },
      dueAt: world.run.dueAt,
    });
    expect(world.run.status).toBe('waiting');
    const waited = (world.run.dueAt ?? 0) - world.now;
    expect(waited).toBeGreaterThanOrEqual(5000);
    expect(waited).toBeLessThanOrEqual(10_000);
    passTime(world, waited - 1);
    expect(world.pending).toEqual([]);
    passTime(world, 1);
    expect(world.pending).toEqual([{ ...first, attempt: 2 }]);
  });

  test('after the last attempt the run fails', () => {
    const world = runToEnd(
      createWorld({ nodes: { a: ['test.do', {}, { retry }], b: work }, edges: ['begin > a', 'a > b'] }),
      () => failures.retry,
    );
    expect(world.effects.filter((effect) => effect.kind === 'perform-action')).toHaveLength(3);
    expect(history(world)).toEqual(['a: failed']);
    expect(ending(world)).toMatchObject({
      status: 'failed',
      error: { code: 'busy', message: 'Try later', nodeId: 'a' },
    });
  });

  test.each([
    ['no retry named anywhere', 'test.do', {}, 3],
    ["the action's own", 'test.fragile', {}, 2],
    ['the node before the action', 'test.fragile', { retry: { attempts: 5 } }, 5],
    ['a single attempt', 'test.do', { retry: { attempts: 1 } }, 1],
  ])('attempts: %s', (_, type, fields, attempts) => {
    const world = runToEnd(
      createWorld({ nodes: { a: [type, {}, fields] }, edges: ['begin > a'] }),
      () => failures.retry,
    );
    expect(step(world, 'a').attempt).toBe(attempts);
  });

  test('a terminal failure is not tried again', () => {
    const world = runToEnd(createWorld({ nodes: { a: work }, edges: ['begin > a'] }), () => failures.terminal);
    expect(step(world, 'a')).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'refused', message: 'No' } });
  });

  test('what the service asks to wait is waited', () => {
    const world = begin(createWorld({ nodes: { a: work }, edges: ['begin > a'] }));
    reply(world, 'a', { failure: { ...failures.retry.failure, retryAfterMs: 40_000 } });
    expect(world.run.dueAt).toBe(START + 40_000);
  });

  test('an attempt that was not made is none, however often', () => {
    const world = begin(createWorld({ nodes: { a: [...work, { retry }] }, edges: ['begin > a'] }));
    const putOff = { ...failures.retry.failure, retryAfterMs: 40_000, notAttempted: true } as const;
    for (let n = 0; n < 10; n += 1) {
      reply(world, 'a', { failure: putOff });
      expect(step(world, 'a')).toMatchObject({ status: 'waiting', attempt: 1 });
      passTime(world, 50_000);
      expect(world.pending).toMatchObject([{ step: 'a', attempt: 1 }]);
    }
  });

  test('continue goes on by next with an error and no output', () => {
    const world = runToEnd(
      createWorld({
        nodes: {
          a: [...work, {}, { onError: 'continue' }],
          b: ['test.do', { saw: { $: 'steps.a.error.code' }, out: { $: 'steps.a.output' } }],
        },
        edges: ['begin > a', 'a > b'],
      }),
      ({ step }) => (step === 'a' ? failures.terminal : { output: 1 }),
    );
    expect(history(world)).toEqual(['a: failed next', 'b: completed next']);
    expect(step(world, 'b').input).toEqual({ saw: 'refused', out: null });
    expect(world.run.status).toBe('completed');
  });

  test('branch takes the error port and only that', () => {
    const world = runToEnd(
      createWorld({
        nodes: { a: [...work, {}, { onError: 'branch' }], b: work, c: work },
        edges: ['begin > a', 'a > b', 'a.error > c'],
      }),
      ({ step }) => (step === 'a' ? failures.terminal : { output: 1 }),
    );
    expect(history(world)).toEqual(['a: failed error', 'b: skipped', 'c: completed next']);
  });

  test('settings.onError holds where the node names none', () => {
    const world = runToEnd(
      createWorld({ nodes: { a: work, b: work }, edges: ['begin > a', 'a > b'], settings: { onError: 'continue' } }),
      ({ step }) => (step === 'a' ? failures.terminal : { output: 1 }),
    );
    expect(history(world)).toEqual(['a: failed next', 'b: completed next']);
  });

  test('an input that cannot be evaluated fails its step for good', () => {
    const world = runToEnd(
      createWorld({ nodes: { a: ['test.do', { x: { $: 'event.data.missing' } }] }, edges: ['begin > a'] }),
    );
    expect(step(world, 'a')).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'missing_field' } });
    expect(step(world, 'a').error?.message).toContain('event.data.missing');
    expect(world.run.status).toBe('failed');
  });

  test('an unknown outcome of a repeatable action is tried again, of another it parks the run', () => {
    const repeatable = begin(createWorld({ nodes: { a: work }, edges: ['begin > a'] }));
    reply(repeatable, 'a', failures.unknown);
    expect(repeatable.run.status).toBe('waiting');
    const once = begin(createWorld({ nodes: { a: ['test.once'] }, edges: ['begin > a'] }));
    reply(once, 'a', failures.unknown);
    expect(once.run).toMatchObject({ status: 'parked', dueAt: null, parked: { code: 'outcome_unknown', at: START } });
    expect(step(once, 'a').status).toBe('parked');
  });

  test.each([
    ['repeat', { kind: 'repeat' }, ['a: completed next', 'b: completed next'], 'completed'],
    ['succeeded', { kind: 'succeeded', output: 7 }, ['a: completed next', 'b: completed next'], 'completed'],
    ['failed', { kind: 'failed' }, ['a: failed'], 'failed'],
  ] as const)('a person says of an unknown outcome: %s', (_, outcome, expected, status) => {
    const world = begin(createWorld({ nodes: { a: ['test.once'], b: work }, edges: ['begin > a', 'a > b'] }));
    reply(world, 'a', failures.unknown);
    expect(send(world, { kind: 'resume-requested' })).toEqual([]);
    send(world, { kind: 'resume-requested', outcome });
    runToEnd(world);
    expect(history(world)).toEqual(expected);
    expect(world.run.status).toBe(status);
  });

  test('two unknown outcomes are asked for one after the other', () => {
    const world = begin(
      createWorld({ nodes: { a: ['test.once'], b: ['test.once'] }, edges: ['begin > a', 'begin > b'] }),
    );
    reply(world, 'a', failures.unknown);
    reply(world, 'b', failures.unknown);
    send(world, { kind: 'resume-requested', outcome: { kind: 'succeeded', output: 1 } });
    expect(world.run.parked?.message).toContain("'b'");
    send(world, { kind: 'resume-requested', outcome: { kind: 'succeeded', output: 2 } });
    expect(world.run.status).toBe('completed');
  });
});
