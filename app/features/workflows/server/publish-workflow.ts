import type { Problem } from '@mainspring/engine/definition/problem.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { findMissingConnections } from '../../connections/server/public.ts';
import { publishHooks } from './hook-queries.ts';
import { lockWorkflowRow, updateWorkflow } from './queries.ts';
import { readDefinition } from './read-definition.ts';
import { recordWorkflowChange } from './record-workflow-change.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/**
 * Makes the draft the next version, the one that starts runs from now on. Throws workflow_not_found, and
 * invalid_definition where a problem is more than a warning; warnings, if any, are returned.
 */
export async function publishWorkflow(
  context: WorkflowsContext,
  caller: Caller,
  workflowId: string,
): Promise<{ version: number; problems?: Problem[] }> {
  const { organizationId } = caller;
  const published = await context.db.withTenant(organizationId, async (tx) => {
    const row = await lockWorkflowRow(tx, organizationId, workflowId);
    const definition = readDefinition(row.draft);
    const problems = [
      ...validateDefinition(definition, { actions: context.actions }),
      ...(await findMissingConnections(tx, organizationId, definition, context.actions)),
    ];
    const errors = problems.filter((problem) => problem.severity === 'error');
    if (errors.length > 0) throw workflowErrors.invalid_definition(errors, { problems });
    const version = (row.published_version ?? 0) + 1;
    await context.runtime.deploy(tx, { organizationId, workflowId, version, definition });
    await publishHooks(
      tx,
      { organizationId, workflowId },
      definition.triggers.filter((trigger) => trigger.type === 'webhook'),
    );
    const after = await updateWorkflow(tx, organizationId, workflowId, { status: 'active', publishedVersion: version });
    await recordWorkflowChange(tx, caller, 'workflow.published', { before: row, after });
    return { version, ...(problems.length > 0 && { problems }) };
  });
  context.hooks.clear();
  context.runtime.deploymentsChanged(organizationId);
  return published;
}
