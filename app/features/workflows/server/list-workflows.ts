import { isId } from '../../../platform/ids/id.ts';
import type { WorkflowSummary } from '../contract.ts';
import { listWorkflowRows } from './queries.ts';
import { showSummary } from './show-workflow.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** Newest first. Throws invalid_cursor. */
export async function listWorkflows(
  context: WorkflowsContext,
  organizationId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: WorkflowSummary[]; nextCursor: string | null }> {
  const before = page.cursor ?? null;
  if (before !== null && !isId(before)) throw workflowErrors.invalid_cursor();
  const rows = await context.db.withTenant(organizationId, (tx) =>
    listWorkflowRows(tx, organizationId, { limit: page.limit + 1, before }),
  );
  const items = rows.slice(0, page.limit).map(showSummary);
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}
