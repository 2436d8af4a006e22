import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { parseVersion, type VersionSummary } from './list-versions.ts';
import { findVersionRow, getWorkflowRow } from './queries.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** Throws workflow_not_found, version_not_found. */
export async function getVersion(
  context: WorkflowsContext,
  organizationId: string,
  workflowId: string,
  version: string,
): Promise<VersionSummary & { readonly definition: WorkflowDefinition }> {
  const number = parseVersion(version);
  return context.db.withTenant(organizationId, async (tx) => {
    const workflow = await getWorkflowRow(tx, organizationId, workflowId);
    const row = number === undefined ? undefined : await findVersionRow(tx, organizationId, workflowId, number);
    if (row === undefined) throw workflowErrors.version_not_found();
    return {
      version: row.version,
      createdAt: row.created_at.toISOString(),
      published: row.version === workflow.published_version,
      definition: row.definition,
    };
  });
}
