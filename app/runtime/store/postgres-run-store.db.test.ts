/** What the statements do to the rows where two of them cross. */
import { startRun } from '@mainspring/engine/run/start-run.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../platform/db/testing/create-test-database.ts';
import { newId } from '../../platform/ids/id.ts';
import type { EventRow, RunRow } from '../sql/accept-events.ts';
import type { ClaimedRow } from '../sql/claim-runs.ts';
import type { JournalRow } from '../work/journal-rows.ts';
import { createPostgresRunStore } from './postgres-run-store.ts';
import type { JournalRows, RunStore } from './run-store.ts';

let db: TestDatabase;
let store: RunStore;
beforeAll(async () => {
  db = await createTestDatabase();
  store = createPostgresRunStore(db);
});
afterAll(() => db.drop());

const organizationId = newId();
const workerId = newId();
beforeEach(async () => {
  await db.owner.query('truncate runs, run_inbox, workers cascade');
  await db.engine.query(`insert into organizations (id, name) values ($1, 'Test gym') on conflict do nothing`, [
    organizationId,
  ]);
  await beginLease(workerId);
});

async function beginLease(id: string): Promise<void> {
  await db.engine.query(
    `insert into workers (id, lease_until, host, pid, process_started)
     values ($1, now() + interval '1 minute', 'here', 1, 0)`,
    [id],
  );
}

/** A run that the worker has just claimed. */
async function claimedRun(): Promise<ClaimedRow> {
  const { rows } = await db.engine.query<{ revision: number }>(
    'select revision from deployment_revisions where org_id = $1',
    [organizationId],
  );
  const event: EventRow = {
    ...{ org_id: organizationId, revision: rows[0]?.revision ?? 0, id: newId(), type: 'manual', data: null },
    ...{ subject_id: null, occurred_at: null, depth: 0, decisions: null, key_hash: null, run_ids: [newId()] },
    ...{ names: [], match_keys: [] },
  };
  const run: RunRow = {
    ...{ event_id: event.id, id: event.run_ids[0] ?? '', workflow_id: newId(), version: 1, trigger_id: null },
  };
  await store.alone.acceptEvents([JSON.stringify(event)], [run]);
  const [claimed] = await store.claim(workerId, 1);
  if (claimed === undefined) throw new Error('there is nothing to claim');
  return claimed;
}

function journal(claimed: ClaimedRow, more: Partial<JournalRow> = {}): JournalRows {
  const state = startRun({
    ...{ id: claimed.id, organizationId, workflowId: claimed.workflow_id, version: 1, triggerId: null },
    ...{ event: { type: 'manual', data: null, time: '' }, subjectId: null, startedAt: 0 },
  });
  const row: JournalRow = {
    ...{ org_id: organizationId, id: claimed.id, token: claimed.token, wake: claimed.wake, status: 'running', state },
    ...{ due_at: null, hold: true, progress: true, ended: null, output: null, error: null, parked: null },
    ...{ inbox_upto: null, letter: null, ...more },
  };
  return { runs: [row], steps: [], waitsAdded: [], waitsDropped: [] };
}

const messagesOf = async (runId: string) =>
  (await db.engine.query('select message from run_inbox where run_id = $1', [runId])).rows;

describe('a run that ends', () => {
  it('takes the messages with it that came while it ended', async () => {
    const run = await claimedRun();
    await store.alone.sendToRuns([{ org_id: organizationId, run_id: run.id, message: { kind: 'pause-requested' } }]);
    await store.alone.commitJournal(workerId, journal(run, { ended: 'failed', hold: false }));
    expect(await messagesOf(run.id)).toEqual([]);
  });
});

describe('a claim', () => {
  it('is refused to a worker whose lease has run out, or that has none', async () => {
    const given = await claimedRun();
    await store.giveBack(workerId);
    expect(await store.claim(workerId, 1)).toEqual([]);
    expect(await store.claim(newId(), 1)).toEqual([]);
    const other = newId();
    await beginLease(other);
    expect((await store.claim(other, 1)).map((row) => row.id)).toEqual([given.id]);
  });

  it('of a worker that died is freed once its lease has run out', async () => {
    const { id } = await claimedRun();
    expect(await store.rescue()).toBe(0);
    await db.engine.query(`update workers set lease_until = now() - interval '1 second'`);
    expect(await store.rescue()).toBe(1);
    const { rows } = await db.engine.query('select worker_id, status from runs where id = $1', [id]);
    expect(rows).toEqual([{ worker_id: null, status: 'queued' }]);
  });
});

describe('a write', () => {
  it('counts once, however often it is sent', async () => {
    const run = await claimedRun();
    const [first] = await store.alone.commitJournal(workerId, journal(run));
    expect(first).toMatchObject({ id: run.id });
    expect(await store.alone.commitJournal(workerId, journal(run))).toEqual([]);
    const next = journal({ ...run, token: first?.token ?? 0 });
    expect(await store.alone.commitJournal(workerId, next)).toHaveLength(1);
  });

  it('of a run that was taken over changes nothing', async () => {
    const run = await claimedRun();
    await store.giveBack(workerId);
    const other = newId();
    await beginLease(other);
    await store.claim(other, 1);
    expect(await store.alone.commitJournal(workerId, journal(run, { ended: 'failed', hold: false }))).toEqual([]);
  });
});
