import type { RunStatus } from '@mainspring/engine/run/run.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { Page, RunFilter, RunView } from '../../../runtime/public.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

export type RunsQuery = {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly workflowId?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly clientId?: string | undefined;
};

/** Newest first. A workflow that is unknown or foreign has no runs. Throws invalid_cursor. */
export async function listRuns(
  { runtime }: RunsContext,
  organizationId: string,
  { limit, cursor, workflowId, status, clientId }: RunsQuery,
): Promise<Page<RunView>> {
  if (cursor !== undefined && !isId(cursor)) throw runErrors.invalid_cursor();
  if (workflowId !== undefined && !isId(workflowId)) return { items: [], nextCursor: null };
  const filter: RunFilter = {
    ...(workflowId !== undefined && { workflowId }),
    ...(status !== undefined && { status }),
    ...(clientId !== undefined && { clientId }),
  };
  return runtime.listRuns(organizationId, filter, { limit, cursor: cursor ?? null });
}
