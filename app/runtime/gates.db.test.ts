/** Debounce, throttle, rate limit, re-entry, order and concurrency. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Intake, IntakeAnswer } from './public.ts';
import { createTestRuntime, type DefinitionSketch, type TestRuntime } from './testing/test-runtime.ts';
import { waitFor } from './testing/wait-for.ts';

let test: TestRuntime;
beforeAll(async () => {
  test = await createTestRuntime();
});
afterAll(() => test.close());
beforeEach(() => {
  test.world.calls.length = 0;
  test.world.answer = async ({ input }) => input as never;
});

let counter = 0;
/** A workflow that listens to an event of its own name. */
async function listening(trigger: object, more: Partial<DefinitionSketch> = {}) {
  counter += 1;
  const type = `gate.${counter}`;
  const workflowId = await test.deploy({
    triggers: [{ id: 'came', type: 'event', event: type, ...trigger }],
    nodes: [{ id: 'call', type: 'test.call', input: { n: { $: 'event.data.n' } } }],
    edges: [{ from: 'came', to: 'call' }],
    ...more,
  });
  const send = (n: number, intake: Partial<Intake> = {}): Promise<IntakeAnswer> =>
    test.runtime.accept({
      organizationId: test.organizationId,
      type,
      data: { n },
      subjectId: null,
      time: null,
      key: null,
      target: null,
      depth: 0,
      ...intake,
    });
  return { workflowId, send };
}

const outcomes = (answers: readonly IntakeAnswer[]) =>
  answers
    .flatMap((answer) => (answer.kind === 'accepted' ? answer.decisions.map((each) => each.outcome) : ['?']))
    .sort();
const runOf = (answer: IntakeAnswer) => (answer.kind === 'accepted' ? (answer.runIds[0] ?? '') : '');
/** What the calls of one workflow were given: runs of an earlier test may still be on their way. */
const inputs = (workflowId: string) =>
  test.world.calls
    .filter((call) => call.context.workflowId === workflowId)
    .map((call) => (call.input as { n: number }).n);

describe('a rate limit', () => {
  it('starts no more than its limit, also when events come at once, and says so', async () => {
    const { send } = await listening({ rateLimit: { limit: 3, per: 'PT1H' } });
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => send(n)));
    expect(outcomes(answers)).toEqual(['rate_limited', 'rate_limited', 'started', 'started', 'started']);
  });

  it('counts each value of `by` apart', async () => {
    const { send } = await listening({ rateLimit: { limit: 1, per: 'PT1H', by: 'event.data.n' } });
    expect(outcomes([await send(1), await send(1), await send(2)])).toEqual(['rate_limited', 'started', 'started']);
  });
});

describe('a throttle', () => {
  it('starts what is beyond its rate later, and loses none', async () => {
    const { workflowId, send } = await listening({ throttle: { limit: 2, per: 'PT0.4S' } });
    const answers = [await send(1), await send(2), await send(3), await send(4)];
    expect(outcomes(answers)).toEqual(['delayed', 'delayed', 'started', 'started']);
    for (const answer of answers) expect(await test.result(runOf(answer))).toMatchObject({ status: 'completed' });
    expect(inputs(workflowId).sort()).toEqual([1, 2, 3, 4]);
  });
});

describe('a debounce', () => {
  it('starts one run for a burst, with the last event', async () => {
    const { workflowId, send } = await listening({ debounce: 'PT0.5S' });
    const answers = [await send(1), await send(2), await send(3)];
    expect(new Set(answers.map(runOf)).size).toBe(1);
    expect(await test.result(runOf(answers[0] as IntakeAnswer))).toMatchObject({ status: 'completed' });
    expect(inputs(workflowId)).toEqual([3]);
    expect(runOf(await send(4))).not.toBe(runOf(answers[0] as IntakeAnswer));
  });
});

describe('re-entry', () => {
  it('once: a client enters one time for ever', async () => {
    const { send } = await listening({}, { settings: { subject: 'client', reentry: 'once' } });
    const first = await send(1, { subjectId: 'ada' });
    await test.result(runOf(first));
    const again = await Promise.all([2, 3].map((n) => send(n, { subjectId: 'ada' })));
    expect(outcomes(again)).toEqual(['already_entered', 'already_entered']);
    expect(outcomes([await send(4, { subjectId: 'ben' })])).toEqual(['started']);
  });

  it('while-not-active: a client enters again after the run has ended', async () => {
    const { send } = await listening({}, { settings: { subject: 'client', reentry: 'while-not-active' } });
    const gate = Promise.withResolvers<never>();
    test.world.answer = () => gate.promise;
    const answers = await Promise.all([1, 2, 3].map((n) => send(n, { subjectId: 'ada' })));
    expect(outcomes(answers)).toEqual(['already_active', 'already_active', 'started']);
    gate.resolve(null as never);
    await test.result(answers.map(runOf).find((id) => id !== '') ?? '');
    expect(outcomes([await send(4, { subjectId: 'ada' })])).toEqual(['started']);
  });
});

describe('order by subject', () => {
  it('runs one after the other in the order of the events, also when one must be retried', async () => {
    const { workflowId, send } = await listening(
      {},
      {
        nodes: [
          {
            id: 'call',
            type: 'test.call',
            input: { n: { $: 'event.data.n' } },
            retry: { attempts: 3, initial: 'PT0.02S' },
          },
        ],
        settings: { subject: 'client', order: 'subject' },
      },
    );
    const done: number[] = [];
    test.world.answer = async ({ input, context }) => {
      const { n } = input as { n: number };
      if (context.workflowId !== workflowId) return null;
      if (n % 2 === 0 && context.attempt === 1) throw new Error('again');
      done.push(n);
      return n;
    };
    const ids: string[] = [];
    for (let n = 1; n <= 8; n += 1) ids.push(runOf(await send(n, { subjectId: 'ada' })));
    for (const id of ids) expect(await test.result(id)).toMatchObject({ status: 'completed' });
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('concurrency', () => {
  it('never has more runs of a workflow under way than its limit', async () => {
    const { workflowId, send } = await listening({}, { settings: { concurrency: 2 } });
    let now = 0;
    let most = 0;
    test.world.answer = async ({ context }) => {
      // A run of an earlier test may still be on its way.
      if (context.workflowId !== workflowId) return null;
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now -= 1;
      return null;
    };
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => send(n)));
    for (const answer of answers) expect(await test.result(runOf(answer))).toMatchObject({ status: 'completed' });
    expect(most).toBe(2);
  });
});

describe('a pause', () => {
  it('stops triggers at once, also for who still believes the workflow active', async () => {
    const { workflowId, send } = await listening({});
    const other = test.another({ roles: { worker: false, scheduler: false } });
    await other.accept({
      organizationId: test.organizationId,
      type: 'warms.the.cache',
      data: null,
      subjectId: null,
      time: null,
      key: null,
      target: null,
      depth: 0,
    });
    await test.db.withTenant(test.organizationId, (tx) =>
      test.runtime.setActive(tx, { organizationId: test.organizationId, workflowId, active: false }),
    );
    expect(outcomes([await send(1)])).toEqual([]);
    const target = { kind: 'trigger', workflowId, triggerId: 'came' } as const;
    const answer = await other.accept({
      organizationId: test.organizationId,
      type: 'x',
      data: { n: 1 },
      subjectId: null,
      time: null,
      key: null,
      target,
      depth: 0,
    });
    expect(answer).toEqual({ kind: 'inactive' });
    await other.stop();
  });
});

describe('schedules', () => {
  const everySecond = (more: object = {}) => ({
    triggers: [{ id: 'tick', type: 'schedule' as const, every: 'PT1S', ...more }],
    nodes: [{ id: 'call', type: 'test.call', input: { at: { $: 'event.data.scheduledFor' } } }],
    edges: [{ from: 'tick', to: 'call' }],
  });
  const ticks = (workflowId: string) =>
    test.world.calls
      .filter((call) => call.context.workflowId === workflowId)
      .map((call) => (call.input as { at: string }).at);

  it('fire each tick once with three schedulers, and none after the commit that paused them', async () => {
    const others = [test.another(), test.another()];
    for (const other of others) await other.start();
    const workflowId = await test.deploy(everySecond());
    await waitFor(async () => ticks(workflowId).length >= 3);
    await test.db.withTenant(test.organizationId, (tx) =>
      test.runtime.setActive(tx, { organizationId: test.organizationId, workflowId, active: false }),
    );
    const { rows } = await test.db.engine.query('select next_at from schedules where workflow_id = $1', [workflowId]);
    expect(rows).toEqual([]);
    await Promise.all(others.map((other) => other.stop()));
    expect(new Set(ticks(workflowId)).size).toBe(ticks(workflowId).length);
  });

  it('that were missed fire by their policy', async () => {
    const once = await test.deploy(everySecond({ every: 'P1D', missed: 'once' }));
    const all = await test.deploy(everySecond({ every: 'P1D', missed: { policy: 'all', cap: 5 } }));
    const skip = await test.deploy(everySecond({ every: 'P1D', missed: 'skip' }));
    await test.db.engine.query(
      `update schedules set anchor = anchor - interval '10 days 2 hours', next_at = next_at - interval '3 days 2 hours'
       where workflow_id = any ($1)`,
      [[once, all, skip]],
    );
    const calls = () => Map.groupBy(test.world.calls, (call) => call.context.workflowId);
    await waitFor(async () => calls().get(once)?.length === 1 && calls().get(all)?.length === 3);
    const byWorkflow = calls();
    expect(byWorkflow.get(once)).toHaveLength(1);
    expect(byWorkflow.get(all)).toHaveLength(3);
    expect(byWorkflow.has(skip)).toBe(false);
    const { rows } = await test.db.engine.query(
      'select 1 from schedules where workflow_id = any ($1) and next_at > now()',
      [[once, all, skip]],
    );
    expect(rows).toHaveLength(3);
  });
});
