import type { Caller } from '../../../platform/auth/caller.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { RunCommand } from '../../../runtime/public.ts';
import { commandRun } from './command-run.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

/**
 * Lets the run of an open dead letter go on from where it stopped: a failed one tries its failed steps afresh, a parked
 * one performs again what it is parked for. Throws dead_letter_not_found, run_conflict.
 */
export async function replayDeadLetter(
  context: RunsContext,
  caller: Caller,
  deadLetterId: string,
): Promise<{ runId: string }> {
  const { organizationId } = caller;
  const runId = isId(deadLetterId) ? await findOpenRunId(context, organizationId, deadLetterId) : undefined;
  const run = runId === undefined ? undefined : await context.runtime.findRun(organizationId, runId);
  if (run === undefined) throw runErrors.dead_letter_not_found();
  const command: RunCommand =
    run.status === 'parked' ? { kind: 'resume', outcome: { kind: 'repeat' } } : { kind: 'retry' };
  return commandRun(context, caller, run.id, command);
}

async function findOpenRunId(
  { db }: RunsContext,
  organizationId: string,
  deadLetterId: string,
): Promise<string | undefined> {
  const row = await db.withTenant(organizationId, (tx) =>
    tx
      .selectFrom('dead_letters')
      .select('run_id')
      .where('org_id', '=', organizationId)
      .where('id', '=', deadLetterId)
      .where('resolved_at', 'is', null)
      .executeTakeFirst(),
  );
  return row?.run_id;
}
