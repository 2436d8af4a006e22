import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestRuntime, type TestRuntime } from '../testing/test-runtime.ts';
import { dropOldPartitions, ensurePartitions, pruneKeys } from './prune.ts';

let test: TestRuntime;
beforeAll(async () => {
  test = await createTestRuntime();
});
afterAll(() => test.close());

const partitions = async (parent: string) => {
  const { rows } = await test.db.owner.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1',
    [parent],
  );
  return rows.map((row) => row.name);
};

describe('history', () => {
  it('has partitions for the weeks to come, however often they are asked for', async () => {
    await ensurePartitions(test.db.owner);
    const before = await partitions('run_history');
    await ensurePartitions(test.db.owner);
    expect(await partitions('run_history')).toEqual(before);
    expect(before.length).toBeGreaterThanOrEqual(6);
  });

  it('is made ready by several schedulers at once', async () => {
    const [latest = ''] = (await partitions('run_history')).toReversed();
    await test.db.owner.query(`drop table ${latest}`);
    await Promise.all(Array.from({ length: 4 }, () => ensurePartitions(test.db.owner)));
    expect(await partitions('run_history')).toContain(latest);
  });

  it('past its retention goes with its whole week; what is younger, and what is alive, stays', async () => {
    const workflowId = await test.deploy({ nodes: [{ id: 'call', type: 'test.call', input: {} }] });
    const young = await test.start(workflowId);
    await test.result(young);
    const old = await test.start(workflowId);
    await test.result(old);
    const waiting = await test.deploy({ nodes: [{ id: 'pause', type: 'flow.delay', input: { for: 'P300D' } }] });
    const alive = await test.start(waiting);
    await test.db.owner.query(`
      create table run_history_20250106 partition of run_history for values from ('2025-01-06+00') to ('2025-01-13+00')`);
    await test.db.engine.query(`update run_history set finished_at = '2025-01-08+00' where id = $1`, [old]);
    await test.db.engine.query(`update runs set started_at = '2025-01-08+00' where id = $1`, [alive]);

    expect(await dropOldPartitions(test.db.owner, 90)).toEqual(['run_history_20250106']);
    expect(await test.runtime.findRun(test.organizationId, old)).toBeUndefined();
    expect(await test.runtime.findRun(test.organizationId, young)).toMatchObject({ status: 'completed' });
    expect(await test.runtime.findRun(test.organizationId, alive)).toMatchObject({ id: alive });
    expect(await dropOldPartitions(test.db.owner, 90)).toEqual([]);
  });
});

describe('keys of events', () => {
  it('are forgotten after seven days and not before', async () => {
    const key = (hash: string, days: number) =>
      test.db.engine.query(
        `insert into event_keys (org_id, key_hash, event_id, run_ids, created_at)
         values ($1, $2, $1, '{}', now() - $3 * interval '1 day')`,
        [test.organizationId, Buffer.from(hash), days],
      );
    await key('old', 7.1);
    await key('young', 6.9);
    await pruneKeys(test.db.engine);
    const { rows } = await test.db.engine.query<{ key_hash: Buffer }>('select key_hash from event_keys');
    expect(rows.map((row) => row.key_hash.toString())).toEqual(['young']);
  });
});
