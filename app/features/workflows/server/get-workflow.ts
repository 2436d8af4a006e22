import type { WorkflowView } from '../contract.ts';
import { showTriggers } from './ensure-hooks.ts';
import { getWorkflowRow } from './queries.ts';
import { showWorkflow } from './show-workflow.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** Throws workflow_not_found. */
export async function getWorkflow(
  context: WorkflowsContext,
  organizationId: string,
  workflowId: string,
): Promise<WorkflowView> {
  return context.db.withTenant(organizationId, async (tx) => {
    const row = await getWorkflowRow(tx, organizationId, workflowId);
    return showWorkflow(row, await showTriggers(tx, context, { organizationId, workflowId }, row.draft));
  });
}
