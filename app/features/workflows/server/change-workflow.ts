import type { Caller } from '../../../platform/auth/caller.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import type { WorkflowView } from '../contract.ts';
import { ensureHooks } from './ensure-hooks.ts';
import { lockWorkflowRow, updateWorkflow, type WorkflowChange, type WorkflowRow } from './queries.ts';
import { readDefinition } from './read-definition.ts';
import { recordWorkflowChange } from './record-workflow-change.ts';
import { showWorkflow } from './show-workflow.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

export type RequestedChange = {
  readonly document?: unknown;
  readonly status?: 'active' | 'paused' | undefined;
  /** The revision that the caller saw; undefined: whatever it is. */
  readonly seenRevisions?: readonly number[] | undefined;
};

/**
 * Replaces the draft, turns the workflow on or off, or both, all or nothing.
 * Throws workflow_not_found, draft_changed, invalid_definition, never_published.
 */
export async function changeWorkflow(
  context: WorkflowsContext,
  caller: Caller,
  workflowId: string,
  { document, status, seenRevisions }: RequestedChange,
): Promise<WorkflowView> {
  const { organizationId } = caller;
  const draft = document === undefined ? undefined : readDefinition(document);
  const view = await context.db.withTenant(organizationId, async (tx) => {
    const row = await lockWorkflowRow(tx, organizationId, workflowId);
    if (seenRevisions && !seenRevisions.includes(row.draft_revision)) {
      throw workflowErrors.draft_changed(row.draft_revision);
    }
    if (status) await turn(tx, context, { organizationId, row }, status);
    const change: WorkflowChange = { ...(draft && { draft }), ...(status && { status }) };
    const changed = await updateWorkflow(tx, organizationId, workflowId, change);
    const triggers = await ensureHooks(tx, context, { organizationId, workflowId }, changed.draft);
    await recordWorkflowChange(tx, caller, 'workflow.changed', { before: row, after: changed });
    return showWorkflow(changed, triggers);
  });
  if (status) context.runtime.deploymentsChanged(organizationId);
  return view;
}

async function turn(
  tx: Transaction,
  { runtime }: WorkflowsContext,
  { organizationId, row }: { readonly organizationId: string; readonly row: WorkflowRow },
  status: 'active' | 'paused',
): Promise<void> {
  if (row.published_version === null) throw workflowErrors.never_published();
  if (row.status === status) return;
  await runtime.setActive(tx, { organizationId, workflowId: row.id, active: status === 'active' });
}
