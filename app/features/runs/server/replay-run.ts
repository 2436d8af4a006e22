import { writeAuditAsEngine } from '../../../platform/audit/write-audit.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { isId } from '../../../platform/ids/id.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

/** A new run for the same event, on the version that is published now. Throws run_not_found, run_conflict. */
export async function replayRun(
  { runtime }: RunsContext,
  { organizationId, actor }: Caller,
  runId: string,
): Promise<{ runId: string }> {
  if (!isId(runId)) throw runErrors.run_not_found();
  const answer = await runtime.replay(organizationId, runId, (client, newRunId) =>
    writeAuditAsEngine(client, {
      organizationId,
      actor,
      action: 'run.replayed',
      object: { type: 'run', id: runId },
      before: null,
      after: { newRunId },
    }),
  );
  switch (answer.kind) {
    case 'replayed':
      return { runId: answer.runId };
    case 'not-found':
      throw runErrors.run_not_found();
    case 'conflict':
      throw runErrors.run_conflict(answer.message);
  }
}
