/** What is kept when a worker dies, hangs, or comes back too late. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningRuntime } from './create-runtime.ts';
import { createTestRuntime, type TestRuntime } from './testing/test-runtime.ts';
import { waitFor } from './testing/wait-for.ts';
import type { WritePoint } from './work/journal.ts';

let test: TestRuntime;
beforeAll(async () => {
  // This one accepts and reads; the workers of each test do the work.
  test = await createTestRuntime({ roles: { worker: false, scheduler: false } });
});
afterAll(() => test.close());
beforeEach(() => {
  test.world.calls.length = 0;
  test.world.answer = async ({ input }) => input as never;
});

const LEASE_MS = 1_000;

async function withWorkers<Value>(
  count: number,
  work: (workers: readonly RunningRuntime[]) => Promise<Value>,
  onFailpoint?: (point: WritePoint) => void,
): Promise<Value> {
  const workers = Array.from({ length: count }, () =>
    test.another({
      roles: { worker: true, scheduler: false },
      leaseMs: LEASE_MS,
      ...(onFailpoint && { onFailpoint }),
    }),
  );
  for (const worker of workers) await worker.start();
  try {
    return await work(workers);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

const callThenDone = (more: object = {}) => ({
  nodes: [
    { id: 'note', type: 'test.note', input: { text: 'before' } },
    { id: 'call', type: 'test.call', input: { hello: 'world' }, ...more },
    { id: 'done', type: 'flow.stop', input: { status: 'completed', output: { $: 'steps.call.output' } } },
  ],
  edges: [
    { from: 'note', to: 'call' },
    { from: 'call', to: 'done' },
  ],
});

describe('an answer that comes while a commit is under way', () => {
  const both = {
    nodes: [
      { id: 'one', type: 'test.call', input: { n: 1 } },
      { id: 'two', type: 'test.call', input: { n: 2 } },
      { id: 'done', type: 'flow.stop', input: { status: 'completed' } },
    ],
    edges: [
      { from: 'one', to: 'done' },
      { from: 'two', to: 'done' },
    ],
  };

  it.each(['gathering', 'before-commit', 'after-commit'] as const)(
    'is taken, and its call not repeated: %s',
    async (moment) => {
      const workflowId = await test.deploy(both);
      const [one, two] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
      const running = Promise.withResolvers<void>();
      let answered = false;
      test.world.answer = async ({ input }) => {
        if (test.world.calls.length === 2) running.resolve();
        return (input as { n: number }).n === 1 ? one.promise : two.promise;
      };
      await withWorkers(
        1,
        async () => {
          const runId = await test.start(workflowId);
          await running.promise;
          answered = true;
          one.resolve(1);
          if (moment === 'gathering') setImmediate(() => two.resolve(2));
          expect(await test.result(runId)).toMatchObject({ status: 'completed' });
          expect(test.world.calls.map(({ key }) => key.split('/')[2]).sort()).toEqual(['one', 'two']);
        },
        (point) => {
          if (answered && point === moment) two.resolve(2);
        },
      );
    },
  );
});

describe('a worker that dies in a call', () => {
  it('leaves the step to another, which calls again with the same key and repeats nothing else', async () => {
    const workflowId = await test.deploy(callThenDone());
    const first = test.another({ roles: { worker: true, scheduler: false }, leaseMs: LEASE_MS });
    await first.start();
    const called = Promise.withResolvers<void>();
    test.world.answer = async () => {
      called.resolve();
      return new Promise(() => {});
    };
    const runId = await test.start(workflowId);
    await called.promise;
    await first.crash();
    test.world.answer = async () => 'second';
    await withWorkers(1, async () => {
      expect(await test.result(runId)).toMatchObject({ status: 'completed', output: 'second' });
    });
    expect(test.world.calls.map((call) => call.key)).toEqual(Array(2).fill(`${test.organizationId}/${runId}/call`));
    const { rows } = await test.db.engine.query('select 1 from test_notes where run_id = $1', [runId]);
    expect(rows).toHaveLength(1);
  });

  it('parks a step that must not be repeated, until a person says what became of it', async () => {
    const workflowId = await test.deploy(callThenDone({ repeatable: false }));
    const first = test.another({ roles: { worker: true, scheduler: false }, leaseMs: LEASE_MS });
    await first.start();
    const called = Promise.withResolvers<void>();
    test.world.answer = async () => {
      called.resolve();
      return new Promise(() => {});
    };
    const runId = await test.start(workflowId);
    await called.promise;
    await first.crash();
    await withWorkers(1, async (workers) => {
      const parked = async () =>
        (await test.runtime.findRun(test.organizationId, runId))?.parked?.code === 'outcome_unknown';
      await waitFor(parked);
      expect(test.world.calls).toHaveLength(1);
      expect(
        (await test.runtime.listDeadLetters(test.organizationId, { limit: 10, cursor: null })).items,
      ).toMatchObject([{ runId, code: 'outcome_unknown' }]);
      const outcome = { kind: 'succeeded', output: 'a person looked' } as const;
      const answer = await workers[0]?.command(test.organizationId, runId, { kind: 'resume', outcome });
      expect(answer).toEqual({ kind: 'done' });
      expect(await test.result(runId)).toMatchObject({ status: 'completed', output: 'a person looked' });
    });
    expect(test.world.calls).toHaveLength(1);
  });
});

describe('a worker that dies at a write', () => {
  const points: readonly (readonly [WritePoint, number])[] = [
    ['before-commit', 1],
    ['after-commit', 1],
    ['after-commit', 2],
    ['inside-record-transaction', 1],
  ];
  for (const [point, time] of points) {
    it(`${point}, time ${time}: every run still completes, with one note and one key per step`, async () => {
      const workflowId = await test.deploy(callThenDone());
      const crashed = Promise.withResolvers<void>();
      let crashes = 0;
      const doomed = test.another({
        roles: { worker: true, scheduler: false },
        leaseMs: LEASE_MS,
        onFailpoint: (reached) => {
          if (reached !== point) return;
          crashes += 1;
          if (crashes < time) return;
          void doomed.crash().then(crashed.resolve);
          throw new Error('killed here');
        },
      });
      await doomed.start();
      const runIds = await Promise.all(Array.from({ length: 30 }, () => test.start(workflowId)));
      await crashed.promise;
      await withWorkers(2, async () => {
        for (const runId of runIds) expect(await test.result(runId)).toMatchObject({ status: 'completed' });
      });
      const { rows } = await test.db.engine.query(
        'select run_id, count(*)::int as n from test_notes where run_id = any ($1) group by run_id',
        [runIds],
      );
      expect(rows).toHaveLength(runIds.length);
      expect(new Set(rows.map((row) => row.n))).toEqual(new Set([1]));
      expect(new Set(test.world.calls.map((call) => call.key)).size).toBe(runIds.length);
    });
  }
});

describe('a worker that lost its lease', () => {
  it('writes nothing when it comes back, and does not call again', async () => {
    const workflowId = await test.deploy(callThenDone());
    const answers: PromiseWithResolvers<never>[] = [];
    test.world.answer = () => {
      const answer = Promise.withResolvers<never>();
      answers.push(answer);
      return answer.promise;
    };
    const frozen = test.another({ roles: { worker: true, scheduler: false }, leaseMs: LEASE_MS });
    await frozen.start();
    const runId = await test.start(workflowId);
    await waitFor(async () => answers.length === 1);
    // What a thaw looks like from the database: the row of the worker was taken away.
    await test.db.engine.query(`update workers set lease_until = '-infinity'`);
    await withWorkers(1, async () => {
      await waitFor(async () => answers.length === 2);
      answers[0]?.resolve('from the frozen one' as never);
      await sleep(50);
      answers[1]?.resolve('from the new one' as never);
      expect(await test.result(runId)).toMatchObject({ output: 'from the new one' });
    });
    await frozen.stop();
  });
});

describe('a run that kills its worker each time', () => {
  it('is parked after a few claims, and others go on', async () => {
    const workflowId = await test.deploy({ nodes: [{ id: 'call', type: 'test.call', input: {} }] });
    const runId = await test.start(workflowId);
    // What four deaths in a row leave behind.
    await test.db.engine.query('update runs set claims = 3 where id = $1', [runId]);
    const healthy = await test.start(workflowId);
    await withWorkers(1, async () => {
      expect(await test.result(healthy)).toMatchObject({ status: 'completed' });
      const parked = async () => (await test.runtime.findRun(test.organizationId, runId))?.parked?.code;
      await waitFor(async () => (await parked()) === 'worker_lost');
      expect(await test.runtime.command(test.organizationId, runId, { kind: 'resume' })).toEqual({ kind: 'done' });
      expect(await test.result(runId)).toMatchObject({ status: 'completed' });
    });
  });
});

describe('a run that the database says is held and nobody carries', () => {
  it('is given back by its worker and completes', async () => {
    const workflowId = await test.deploy(callThenDone());
    await withWorkers(1, async () => {
      const runId = await test.start(workflowId, {}, { target: { kind: 'manual', workflowId } });
      await test.result(runId);
      // A claim whose answer never arrived.
      const dropped = await test.runtime.replay(test.organizationId, runId);
      const { runId: lost = '' } = dropped as { runId?: string };
      await test.db.engine.query(
        `update runs set worker_id = (select id from workers order by started_at desc limit 1), status = 'running', token = token + 1
         where id = $1 and worker_id is null`,
        [lost],
      );
      expect(await test.result(lost)).toMatchObject({ status: 'completed' });
    });
  });
});
