/** What commands ask of the place where runs are kept, and how PostgreSQL does it. */
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import type { RunStatus } from '@mainspring/engine/run/run.ts';
import { sql } from 'kysely';
import type { Database, Transaction } from '../../platform/db/database.ts';
import { resolveDeadLetters } from '../read/read-runs.ts';

export type CommandStore = {
  /** One commit that sees one organization; run again as a whole where it gave way to another. */
  readonly commanding: <T>(organizationId: string, work: (run: CommandStatements) => Promise<T>) => Promise<T>;
};

export type CommandStatements = {
  /** The status of a run that is alive; it stays alive until the commit. */
  readonly lockLive: (runId: string) => Promise<RunStatus | undefined>;
  readonly findEnded: (runId: string) => Promise<RunStatus | undefined>;
  /** Puts the message into the inbox of a run that is alive, and wakes it. */
  readonly send: (runId: string, message: RunEvent) => Promise<void>;
  /**
   * Brings a run that did not complete back from history, with its steps, and with this message alone in its inbox.
   * False where there is no such run.
   */
  readonly revive: (runId: string, message: RunEvent) => Promise<boolean>;
  /** Ticks the run's letter off: a person has answered it. */
  readonly resolveLetters: (runId: string) => Promise<void>;
  /** Lets others write into the same commit. Missing where runs are kept elsewhere than in PostgreSQL. */
  readonly alongside?: (write: (tx: Transaction) => Promise<void>) => Promise<void>;
};

export function createPostgresCommandStore(db: Database): CommandStore {
  return {
    commanding: (organizationId, work) =>
      db.withTenant(organizationId, (tx) => work(commandStatements(tx, organizationId))),
  };
}

function commandStatements(tx: Transaction, organizationId: string): CommandStatements {
  return {
    lockLive: async (runId) => {
      const { rows } = await sql<{ status: RunStatus }>`
        select status from runs where org_id = ${organizationId} and id = ${runId} for update`.execute(tx);
      return rows[0]?.status;
    },
    findEnded: async (runId) => {
      const { rows } = await sql<{ status: RunStatus }>`
        select status from run_history where org_id = ${organizationId} and id = ${runId}`.execute(tx);
      return rows[0]?.status;
    },
    send: async (runId, message) => {
      await putMessage(tx, organizationId, runId, message);
      await sql`
        update runs set wake = wake + 1, due_at = least(due_at, now())
        where org_id = ${organizationId} and id = ${runId}`.execute(tx);
    },
    revive: (runId, message) => revive(tx, organizationId, runId, message),
    resolveLetters: (runId) => resolveDeadLetters(tx, organizationId, runId),
    alongside: (write) => write(tx),
  };
}

async function revive(tx: Transaction, organizationId: string, runId: string, message: RunEvent): Promise<boolean> {
  const { rows } = await sql`
    with back as (
      delete from run_history
      where org_id = ${organizationId} and id = ${runId} and status <> 'completed' returning *
    )
    -- A token past all of its earlier life, so that no late write of then is taken for one of now.
    insert into runs (org_id, id, workflow_id, version, trigger_id, event_id, event, subject_id, status, state, due_at,
      wake, depth, parent_run_id, parent_step, parent_attempt, started_at, token, concurrency)
    select b.org_id, b.id, b.workflow_id, b.version, b.trigger_id, b.event_id, b.event, b.subject_id, 'waiting',
      b.state, now(), 1, b.depth, b.parent_run_id, b.parent_step, b.parent_attempt, b.started_at,
      (extract(epoch from clock_timestamp()) * 1000)::bigint, (v.definition #>> '{settings,concurrency}')::int
    from back b left join workflow_versions v
      on v.org_id = b.org_id and v.workflow_id = b.workflow_id and v.version = b.version
    returning id`.execute(tx);
  if (rows.length === 0) return false;
  await sql`
    with back as (
      delete from run_step_history where org_id = ${organizationId} and run_id = ${runId} returning *
    )
    insert into run_steps (org_id, run_id, key, node_id, item, seq, attempt, status, started_at, finished_at, due_at,
      port, input, output, error)
    select org_id, run_id, key, node_id, item, seq, attempt, status, started_at, finished_at, due_at, port, input,
      output, error
    from back`.execute(tx);
  // What came too late for the run when it ended, and was not seen by the commit that ended it.
  await sql`delete from run_inbox where org_id = ${organizationId} and run_id = ${runId}`.execute(tx);
  await putMessage(tx, organizationId, runId, message);
  return true;
}

async function putMessage(tx: Transaction, organizationId: string, runId: string, message: RunEvent): Promise<void> {
  await sql`
    insert into run_inbox (org_id, run_id, message)
    values (${organizationId}, ${runId}, ${JSON.stringify(message)}::json)`.execute(tx);
}
