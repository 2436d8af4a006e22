import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { RunCommand } from '../../../runtime/public.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

/** Asks something of a run. Throws run_not_found, and run_conflict with the reason where it makes no sense. */
export async function commandRun(
  { runtime }: RunsContext,
  { organizationId, actor }: Caller,
  runId: string,
  command: RunCommand,
): Promise<{ runId: string }> {
  if (!isId(runId)) throw runErrors.run_not_found();
  const answer = await runtime.command(organizationId, runId, command, (tx, before) =>
    writeAudit(tx, {
      organizationId,
      actor,
      action: ACTIONS[command.kind],
      object: { type: 'run', id: runId },
      before: { status: before },
      after: summarize(command),
    }),
  );
  switch (answer.kind) {
    case 'done':
      return { runId };
    case 'not-found':
      throw runErrors.run_not_found();
    case 'conflict':
      throw runErrors.run_conflict(answer.message);
  }
}

const ACTIONS: { readonly [kind in RunCommand['kind']]: string } = {
  cancel: 'run.cancelled',
  pause: 'run.paused',
  resume: 'run.resumed',
  retry: 'run.retried',
};

/** What was asked; the output that a person gave for a step is data, and stays with the run. */
function summarize(command: RunCommand) {
  switch (command.kind) {
    case 'cancel':
    case 'pause':
      return { reason: command.reason ?? null };
    case 'resume':
      return { outcome: command.outcome?.kind ?? null };
    case 'retry':
      return {};
  }
}
