import type { Run } from '@mainspring/engine/run/run.ts';
import { sql } from 'kysely';
import type { Database } from '../../platform/db/database.ts';
import type { EventIntake } from '../intake/accept-events.ts';
import type { Intake, RecordReplay, Runtime } from '../public.ts';

/** Starts a new run for the event of an earlier one, on the version that is published now. */
export async function replayRun(
  deps: { readonly db: Database; readonly accept: EventIntake['accept'] },
  organizationId: string,
  runId: string,
  record: RecordReplay | undefined,
): ReturnType<Runtime['replay']> {
  const origin = await findOrigin(deps.db, organizationId, runId);
  if (origin === undefined) return { kind: 'not-found' };
  const { workflowId, triggerId, event, subjectId } = origin;
  const intake: Intake = {
    organizationId,
    type: event.type,
    data: event.data,
    subjectId,
    time: new Date(event.time).toISOString(),
    key: null,
    target: { kind: 'replay', workflowId, triggerId },
    depth: 0,
  };
  const answer = await deps.accept(
    intake,
    record &&
      (async (client, [newRunId]) => {
        if (newRunId !== undefined) await record(client, newRunId);
      }),
  );
  const started = answer.kind === 'accepted' ? answer.runIds[0] : undefined;
  if (started !== undefined) return { kind: 'replayed', runId: started };
  const message = 'The workflow is not active. Turn it on, then replay the run.';
  return { kind: 'conflict', status: 'completed', message };
}

/** What a replay starts from: the run's event, for the same subject. */
async function findOrigin(
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
