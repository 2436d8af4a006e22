import { isId } from '../../../platform/ids/id.ts';
import type { RunCommand } from '../../../runtime/public.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

/** Asks something of a run. Throws run_not_found, and run_conflict with the reason where it makes no sense. */
export async function commandRun(
  { runtime }: RunsContext,
  organizationId: string,
  runId: string,
  command: RunCommand,
): Promise<{ runId: string }> {
  if (!isId(runId)) throw runErrors.run_not_found();
  const answer = await runtime.command(organizationId, runId, command);
  switch (answer.kind) {
    case 'done':
      return { runId };
    case 'not-found':
      throw runErrors.run_not_found();
    case 'conflict':
      throw runErrors.run_conflict(answer.message);
  }
}
