/** Runs kept in PostgreSQL. */
import { CompiledQuery, sql } from 'kysely';
import type pg from 'pg';
import type { Database, Transaction } from '../../platform/db/database.ts';
import { rescueOrphans, rescueRuns } from '../maintenance/rescue-runs.ts';
import { type ClaimedRow, claimedColumns, claimLimitedRuns, claimRuns } from '../sql/claim-runs.ts';
import { readInbox, readInboxes } from '../sql/read-inboxes.ts';
import { type Execute, executeOn, postgresStatements } from './postgres-statements.ts';
import type { AcceptedRow, HeldRow, Inbox, InboxRow, RecordStatements, RunStore } from './run-store.ts';

export function createPostgresRunStore(db: Database): RunStore {
  const { engine } = db;
  const execute = executeOn(engine);
  return {
    claim: (workerId, room) => claim(execute, workerId, room),
    listHeld: (workerId) =>
      execute<HeldRow>({
        name: 'list-held',
        text: 'select id, token, wake from runs where worker_id = $1',
        values: [workerId],
      }),
    giveBackDropped: async (workerId, dropped) => {
      await execute({
        name: 'give-back-dropped',
        text: GIVE_BACK_DROPPED,
        values: [workerId, JSON.stringify(dropped)],
      });
    },
    giveBack: (workerId) => giveBack(engine, workerId),
    rescue: () => rescueRuns(engine),
    rescueOrphans: () => rescueOrphans(engine),
    readInbox: async (organizationId, runId) => {
      const rows = await execute<MaybeMessage>({
        name: 'read-inbox',
        text: readInbox,
        values: [organizationId, runId],
      });
      return inboxOf(rows);
    },
    readInboxes: (runIds) => execute<InboxRow>({ name: 'read-inboxes', text: readInboxes, values: [runIds] }),
    findAccepted: async (organizationId, keyHash) => {
      const [first] = await execute<AcceptedRow>({
        name: 'find-event-key',
        text: `select event_id, run_ids from event_keys where org_id = $1 and key_hash = decode($2, 'hex')`,
        values: [organizationId, keyHash],
      });
      return first;
    },
    alone: postgresStatements(execute),
    together: (work) => db.engineTransaction((client) => work(postgresStatements(executeOn(client)))),
    recording: (organizationId, work) => db.withTenant(organizationId, (tx) => work(recordStatements(tx))),
  };
}

async function claim(execute: Execute, workerId: string, room: number): Promise<readonly ClaimedRow[]> {
  const free = await execute<ClaimedRow>({
    name: 'claim-runs',
    text: claimRuns + claimedColumns,
    values: [workerId, room],
  });
  if (free.length >= room || free[0]?.limited === false) return free;
  const limited = await execute<ClaimedRow>({
    name: 'claim-limited-runs',
    text: claimLimitedRuns + claimedColumns,
    values: [workerId, room - free.length],
  });
  return [...free, ...limited];
}

/** A few seconds later, so that a run which fails at once does not spin. */
const GIVE_BACK_DROPPED = `
  update runs r set worker_id = null, due_at = now() + interval '5 seconds',
    status = case when parked is not null then 'parked' when state is null then 'queued' else 'waiting' end
  from json_to_recordset($2::json) as d(id uuid, token bigint)
  where r.id = d.id and r.token = d.token and r.worker_id = $1`;

async function giveBack(engine: pg.Pool, workerId: string): Promise<void> {
  await engine.query(
    `with over as (update workers set lease_until = '-infinity' where id = $1)
     update runs set worker_id = null, due_at = now(), claims = 0,
       status = case when parked is not null then 'parked' when state is null then 'queued' else 'waiting' end
     where worker_id = $1`,
    [workerId],
  );
}

type MaybeMessage = { readonly wake: number } & ({ readonly id: null } | Omit<InboxRow, 'run_id'>);

function inboxOf(rows: readonly MaybeMessage[]): Inbox | null {
  const [first] = rows;
  if (first === undefined) return null;
  return { wake: first.wake, messages: rows.filter((row) => row.id !== null) };
}

function recordStatements(tx: Transaction): RecordStatements {
  const execute: Execute = async <Row>({ text, values }: { text: string; values: unknown[] }) =>
    (await tx.executeQuery<Row>(CompiledQuery.raw(text, values))).rows;
  return {
    ...postgresStatements(execute),
    lockClaims: async (workerId, claims) => {
      const { rows } = await sql<{ id: string }>`
        select r.id from runs r join json_to_recordset(${JSON.stringify(claims)}::json) as c(id uuid, token bigint)
          on c.id = r.id and c.token = r.token
        where r.worker_id = ${workerId}
        order by r.id for update of r`.execute(tx);
      return new Set(rows.map((row) => row.id));
    },
    attempt: async (work, undo) => {
      await sql`savepoint attempt`.execute(tx);
      const answer = await work(tx);
      if (undo(answer)) await sql`rollback to savepoint attempt`.execute(tx);
      await sql`release savepoint attempt`.execute(tx);
      return answer;
    },
  };
}
