import type { Caller } from '../../../platform/auth/caller.ts';
import { publishHooks } from './hook-queries.ts';
import { lockWorkflowRow, markWorkflowDeleted } from './queries.ts';
import { recordWorkflowChange } from './record-workflow-change.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/**
 * Takes a workflow away: nothing starts any more and its webhooks answer that they are off. Its runs and versions stay
 * in the history; runs under way go on. Throws workflow_not_found.
 */
export async function deleteWorkflow(context: WorkflowsContext, caller: Caller, workflowId: string): Promise<void> {
  const { organizationId } = caller;
  await context.db.withTenant(organizationId, async (tx) => {
    const row = await lockWorkflowRow(tx, organizationId, workflowId);
    if (row.published_version !== null) {
      await context.runtime.setActive(tx, { organizationId, workflowId, active: false });
    }
    await publishHooks(tx, { organizationId, workflowId }, []);
    await markWorkflowDeleted(tx, organizationId, workflowId);
    await recordWorkflowChange(tx, caller, 'workflow.deleted', { before: row, after: null });
  });
  context.hooks.clear();
  context.runtime.deploymentsChanged(organizationId);
}
