import type pg from 'pg';
import { inTransaction } from '../../platform/db/database.ts';

const WEEKS_AHEAD = 5;
const KEY_DAYS = 7;
const DELETE_BATCH = 10_000;

/** Makes the partitions of the coming weeks. As the owner of the tables. Several schedulers take turns. */
export async function ensurePartitions(owner: pg.Pool): Promise<void> {
  await inTransaction(owner, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('mainspring.partitions', 0))`);
    for (const parent of PARTITIONED) {
      await client.query('select mainspring.ensure_partitions($1::regclass, $2)', [parent, WEEKS_AHEAD]);
    }
  });
}

/** Drops history that ended more than `days` ago, by whole weeks; live runs are never in it. Returns what was dropped. */
export async function dropOldPartitions(owner: pg.Pool, days: number): Promise<readonly string[]> {
  const dropped: string[] = [];
  for (const parent of PARTITIONED) {
    const { rows } = await owner.query<{ name: string }>(
      `select mainspring.drop_partitions($1::regclass, now() - $2 * interval '1 day') as name`,
      [parent, days],
    );
    dropped.push(...rows.map((row) => row.name));
  }
  return dropped;
}

const PARTITIONED = ['events', 'run_history', 'run_step_history'];

/** Forgets keys past their time, a batch at a time. True where there may be more. */
export async function pruneKeys(engine: pg.Pool): Promise<boolean> {
  const events = await engine.query(
    `delete from event_keys where ctid in (
       select ctid from event_keys where created_at < now() - $1 * interval '1 day' limit $2)`,
    [KEY_DAYS, DELETE_BATCH],
  );
  const answers = await engine.query(
    `delete from idempotency_keys where ctid in (
       select ctid from idempotency_keys where created_at < now() - interval '1 day' limit $1)`,
    [DELETE_BATCH],
  );
  // A cell whose time has passed allows everything, as no cell does.
  const cells = await engine.query(
    `delete from rate_cells where ctid in (select ctid from rate_cells where tat < now() limit $1)`,
    [DELETE_BATCH],
  );
  // What was put into an inbox while the commit that ended the run was waiting for it: that commit did not see it.
  const messages = await engine.query(
    `delete from run_inbox where ctid in (
       select b.ctid from run_inbox b
       where not exists (select 1 from runs r where r.org_id = b.org_id and r.id = b.run_id) limit $1)`,
    [DELETE_BATCH],
  );
  return [events, answers, cells, messages].some(({ rowCount }) => rowCount === DELETE_BATCH);
}
