import type { Caller } from '../../../platform/auth/caller.ts';
import { newId } from '../../../platform/ids/id.ts';
import type { WorkflowView } from '../contract.ts';
import { ensureHooks } from './ensure-hooks.ts';
import { insertWorkflow } from './queries.ts';
import { readDefinition } from './read-definition.ts';
import { recordWorkflowChange } from './record-workflow-change.ts';
import { showWorkflow } from './show-workflow.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** Keeps a document as the draft of a new workflow. Throws invalid_definition where it cannot be read at all. */
export async function createWorkflow(
  context: WorkflowsContext,
  caller: Caller,
  document: unknown,
): Promise<WorkflowView> {
  const { organizationId } = caller;
  const draft = readDefinition(document);
  const workflowId = newId();
  return context.db.withTenant(organizationId, async (tx) => {
    const row = await insertWorkflow(tx, { organizationId, id: workflowId, draft });
    const triggers = await ensureHooks(tx, context, { organizationId, workflowId }, draft);
    await recordWorkflowChange(tx, caller, 'workflow.created', { before: null, after: row });
    return showWorkflow(row, triggers);
  });
}
