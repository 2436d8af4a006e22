import type pg from 'pg';
import { mayLive, thisProcess } from '../work/process-identity.ts';

/**
 * Takes runs from workers whose lease has run out, so that others may claim them. Recovery is no event at start-up: it
 * is this duty, in every process that works, all the time. Returns how many runs were freed.
 *
 * The worker's row stays for a minute, longer than any statement lasts: a claim that began under the lease and commits
 * after this statement is found by the next one.
 */
export async function rescueRuns(engine: pg.Pool): Promise<number> {
  const { rowCount } = await engine.query({
    name: 'rescue-runs',
    text: `
      with gone as (
        delete from workers w where w.lease_until < clock_timestamp() - interval '1 minute'
          and not exists (select 1 from runs r where r.worker_id = w.id)
      )
      update runs r set worker_id = null, due_at = now(),
        status = case when r.parked is not null then 'parked' when r.state is null then 'queued' else 'waiting' end
      where r.worker_id in (select id from workers where lease_until < clock_timestamp())`,
  });
  return rowCount ?? 0;
}

/** Runs held by a worker that has no row at all: none by design, so what is found is freed and worth a warning. */
export async function rescueOrphans(engine: pg.Pool): Promise<number> {
  const { rowCount } = await engine.query({
    name: 'rescue-orphans',
    text: `
      update runs r set worker_id = null, due_at = now(),
        status = case when r.parked is not null then 'parked' when r.state is null then 'queued' else 'waiting' end
      where r.worker_id is not null and not exists (select 1 from workers w where w.id = r.worker_id)`,
  });
  return rowCount ?? 0;
}

/** Ends the lease of workers of this host whose process is gone: no need to wait for it. Returns how many. */
export async function expireDeadNeighbours(engine: pg.Pool): Promise<number> {
  const { rows } = await engine.query<{ id: string; pid: number; process_started: number }>(
    'select id, pid, process_started from workers where host = $1',
    [thisProcess().host],
  );
  const dead = rows.filter((row) => !mayLive({ pid: row.pid, started: row.process_started })).map((row) => row.id);
  if (dead.length === 0) return 0;
  await engine.query(`update workers set lease_until = '-infinity' where id = any ($1)`, [dead]);
  return dead.length;
}
