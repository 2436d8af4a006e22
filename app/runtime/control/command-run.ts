/** What people may ask of a run. The run's own inbox carries it, so it is never lost and never races a worker. */
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import type { Run, RunStatus } from '@mainspring/engine/run/run.ts';
import { sql } from 'kysely';
import type { Database, Transaction } from '../../platform/db/database.ts';
import type { CommandAnswer, RunCommand } from '../public.ts';
import { resolveDeadLetters } from '../read/read-runs.ts';

export async function commandRun(
  db: Database,
  organizationId: string,
  runId: string,
  command: RunCommand,
): Promise<CommandAnswer> {
  return db.withTenant(organizationId, async (tx) => {
    const alive = await sql<{ status: RunStatus }>`
      select status from runs where org_id = ${organizationId} and id = ${runId} for update`.execute(tx);
    const live = alive.rows[0];
    if (live !== undefined) return commandLive(tx, organizationId, runId, command, live.status);
    const finished = await sql<{ status: RunStatus }>`
      select status from run_history where org_id = ${organizationId} and id = ${runId}`.execute(tx);
    const ended = finished.rows[0];
    if (ended === undefined) return { kind: 'not-found' };
    return commandFinished(tx, organizationId, runId, command, ended.status);
  });
}

async function commandLive(
  tx: Transaction,
  organizationId: string,
  runId: string,
  command: RunCommand,
  status: RunStatus,
): Promise<CommandAnswer> {
  const refusal = refuseLive(command, status);
  if (refusal !== null) return { kind: 'conflict', status, message: refusal };
  const message = JSON.stringify(eventOf(command));
  await sql`
    insert into run_inbox (org_id, run_id, message)
    values (${organizationId}, ${runId}, ${message}::json)`.execute(tx);
  await sql`
    update runs set wake = wake + 1, due_at = least(due_at, now())
    where org_id = ${organizationId} and id = ${runId}`.execute(tx);
  await resolveDeadLetters(tx, organizationId, runId);
  return { kind: 'done' };
}

function refuseLive(command: RunCommand, status: RunStatus): string | null {
  switch (command.kind) {
    case 'cancel':
      return null;
    case 'pause':
      return status === 'parked' ? 'The run is parked already.' : null;
    case 'resume':
      return status === 'parked' ? null : `The run is ${status}; only a parked run can be resumed.`;
    case 'retry':
      return `The run is ${status}; only a failed or cancelled run can be retried. Cancel it first, or resume it where it is parked.`;
  }
}

async function commandFinished(
  tx: Transaction,
  organizationId: string,
  runId: string,
  command: RunCommand,
  status: RunStatus,
): Promise<CommandAnswer> {
  if (command.kind !== 'retry') {
    return { kind: 'conflict', status, message: `The run is ${status}; it can no longer be changed.` };
  }
  if (status === 'completed') {
    return { kind: 'conflict', status, message: 'The run completed. Use replay to run the same event again.' };
  }
  await revive(tx, organizationId, runId);
  await resolveDeadLetters(tx, organizationId, runId);
  return { kind: 'done' };
}

/** Brings a run back from history, with its steps, and tells it to go on from what failed. */
async function revive(tx: Transaction, organizationId: string, runId: string): Promise<void> {
  await sql`
    with back as (
      delete from run_history where org_id = ${organizationId} and id = ${runId} returning *
    )
    insert into runs (org_id, id, workflow_id, version, trigger_id, event_id, event, subject_id, status, state, due_at,
      wake, depth, parent_run_id, parent_step, started_at)
    select org_id, id, workflow_id, version, trigger_id, event_id, event, subject_id, 'waiting', state, now(), 1, depth,
      parent_run_id, parent_step, started_at
    from back`.execute(tx);
  await sql`
    with back as (
      delete from run_step_history where org_id = ${organizationId} and run_id = ${runId} returning *
    )
    insert into run_steps (org_id, run_id, key, node_id, item, seq, attempt, status, started_at, finished_at, due_at,
      port, input, output, error)
    select org_id, run_id, key, node_id, item, seq, attempt, status, started_at, finished_at, due_at, port, input,
      output, error
    from back`.execute(tx);
  await sql`
    insert into run_inbox (org_id, run_id, message)
    values (${organizationId}, ${runId}, ${JSON.stringify({ kind: 'retry-requested' } satisfies RunEvent)}::json)`.execute(
    tx,
  );
}

function eventOf(command: RunCommand): RunEvent {
  switch (command.kind) {
    case 'cancel':
      return { kind: 'cancel-requested', ...(command.reason !== undefined && { reason: command.reason }) };
    case 'pause':
      return { kind: 'pause-requested', ...(command.reason !== undefined && { reason: command.reason }) };
    case 'resume':
      return { kind: 'resume-requested', ...(command.outcome && { outcome: command.outcome }) };
    case 'retry':
      return { kind: 'retry-requested' };
  }
}

/** What a replay starts from: the run's event, for the same subject. */
export async function findReplay(
  db: Database,
  organizationId: string,
  runId: string,
): Promise<Pick<Run, 'workflowId' | 'triggerId' | 'event' | 'subjectId'> | undefined> {
  return db.withTenant(organizationId, async (tx) => {
    const columns = sql`workflow_id as "workflowId", trigger_id as "triggerId", event, subject_id as "subjectId"`;
    const { rows } = await sql<Pick<Run, 'workflowId' | 'triggerId' | 'event' | 'subjectId'>>`
      select ${columns} from runs where org_id = ${organizationId} and id = ${runId}
      union all
      select ${columns} from run_history where org_id = ${organizationId} and id = ${runId}`.execute(tx);
    return rows[0];
  });
}
