import type { Json } from '@mainspring/engine/json.ts';
import { checkFormInput } from './check-form-input.ts';
import { findVersionRow, getWorkflowRow } from './queries.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

export type Execution = {
  readonly input: Json | undefined;
  readonly clientId: string | undefined;
  /** The caller's Idempotency-Key: kept with the run it started. */
  readonly key: string | undefined;
};

/**
 * Starts the published version by hand. Throws workflow_not_found, never_published, workflow_inactive, and
 * invalid_input where the input does not fit the manual trigger's form.
 */
export async function executeWorkflow(
  context: WorkflowsContext,
  organizationId: string,
  workflowId: string,
  { input, clientId, key }: Execution,
): Promise<{ runId: string }> {
  const data = await context.db.withTenant(organizationId, async (tx) => {
    const row = await getWorkflowRow(tx, organizationId, workflowId);
    if (row.published_version === null) throw workflowErrors.never_published();
    if (row.status !== 'active') throw workflowErrors.workflow_inactive();
    const version = await findVersionRow(tx, organizationId, workflowId, row.published_version);
    const manual = version?.definition.triggers.find((trigger) => trigger.type === 'manual');
    return checkFormInput(manual?.form ?? [], input ?? {});
  });
  if (data.kind === 'misfit') throw workflowErrors.invalid_input({ problems: data.problems });
  const accepted = await context.runtime.accept({
    organizationId,
    type: 'manual',
    data: data.input,
    subjectId: clientId ?? null,
    time: null,
    key: key === undefined ? null : `execute/${workflowId}/${key}`,
    target: { kind: 'manual', workflowId },
    depth: 0,
  });
  const runId = accepted.kind === 'accepted' ? accepted.runIds[0] : undefined;
  if (runId === undefined) throw workflowErrors.workflow_inactive();
  return { runId };
}
