import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../platform/ids/id.ts';
import { createTestRuntime, type TestRuntime } from '../testing/test-runtime.ts';
import { type ClaimedRow, claimedColumns, claimRuns } from './claim-runs.ts';

let test: TestRuntime;
beforeAll(async () => {
  test = await createTestRuntime({ roles: { worker: false, scheduler: false } });
});
afterAll(() => test.close());

/** Rows as intake leaves them. */
async function addDueRuns(organizationId: string, count: number, more: { orderKey?: string } = {}): Promise<void> {
  const ids = Array.from({ length: count }, newId);
  await test.db.engine.query(
    `insert into runs (org_id, id, workflow_id, version, event_id, event, status, due_at, order_key)
     select $1, id, $1, 1, id, '{}', 'queued', now() - interval '1 minute', $3 from unnest($2::uuid[]) as id`,
    [organizationId, ids, more.orderKey ?? null],
  );
}

async function claim(room: number): Promise<readonly ClaimedRow[]> {
  const workerId = newId();
  await test.db.engine.query(
    `insert into workers (id, lease_until, host, pid, process_started)
     values ($1, now() + interval '1 minute', 'here', 1, 0)`,
    [workerId],
  );
  const { rows } = await test.db.engine.query<ClaimedRow>(claimRuns + claimedColumns, [workerId, room]);
  return rows;
}

it('a flood of one organization leaves every other its share of a claim', async () => {
  const [flooding, small, tiny] = [newId(), newId(), newId()];
  await addDueRuns(flooding, 2_000);
  await addDueRuns(small, 20);
  await addDueRuns(tiny, 1);
  const claimed = Map.groupBy(await claim(30), (row) => row.org_id);
  expect(claimed.get(small)).toHaveLength(10);
  expect(claimed.get(flooding)).toHaveLength(10);
  expect(claimed.get(tiny)).toHaveLength(1);
});

it('two workers that claim at once never take the same run', async () => {
  await addDueRuns(newId(), 200);
  const claims = await Promise.all(Array.from({ length: 5 }, () => claim(60)));
  const ids = claims.flat().map((row) => row.id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('of runs with one order key only the first is taken', async () => {
  const organizationId = newId();
  await addDueRuns(organizationId, 5, { orderKey: 'ada' });
  await addDueRuns(organizationId, 1, { orderKey: 'ben' });
  const mine = (await claim(5_000)).filter((row) => row.org_id === organizationId);
  expect(mine).toHaveLength(2);
});

it('a claim says whether more may be due', async () => {
  await claim(5_000);
  await addDueRuns(newId(), 30);
  await addDueRuns(newId(), 3);
  expect((await claim(20)).map((row) => row.more)).toContain(true);
  expect(new Set((await claim(5_000)).map((row) => row.more))).toEqual(new Set([false]));
});

it('a claim says whether a run of a workflow with a concurrency limit is due', async () => {
  const limited = async () => {
    await addDueRuns(newId(), 1);
    return (await claim(5_000))[0]?.limited;
  };
  expect(await limited()).toBe(false);
  const organizationId = newId();
  await addDueRuns(organizationId, 1);
  await test.db.engine.query('update runs set concurrency = 1 where org_id = $1', [organizationId]);
  expect(await limited()).toBe(true);
});
