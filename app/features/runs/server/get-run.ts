import { isId } from '../../../platform/ids/id.ts';
import type { RunView, StepView } from '../../../runtime/public.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

export type RunWithSteps = RunView & { readonly steps: readonly StepView[] };

/** A run and its steps in the order in which they began. Throws run_not_found. */
export async function getRun({ runtime }: RunsContext, organizationId: string, runId: string): Promise<RunWithSteps> {
  const run = isId(runId) ? await runtime.findRun(organizationId, runId) : undefined;
  if (run === undefined) throw runErrors.run_not_found();
  return { ...run, steps: await runtime.listSteps(organizationId, runId) };
}
