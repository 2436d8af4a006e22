import { getWorkflowRow, listVersionRows } from './queries.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

export type VersionSummary = { readonly version: number; readonly createdAt: string; readonly published: boolean };

/** Newest first. Throws workflow_not_found, invalid_cursor. */
export async function listVersions(
  context: WorkflowsContext,
  organizationId: string,
  workflowId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: VersionSummary[]; nextCursor: string | null }> {
  const before = page.cursor === undefined ? null : parseVersion(page.cursor);
  if (before === undefined) throw workflowErrors.invalid_cursor();
  return context.db.withTenant(organizationId, async (tx) => {
    const workflow = await getWorkflowRow(tx, organizationId, workflowId);
    const rows = await listVersionRows(tx, organizationId, workflowId, { limit: page.limit + 1, before });
    const items = rows.slice(0, page.limit).map((row) => ({
      version: row.version,
      createdAt: row.created_at.toISOString(),
      published: row.version === workflow.published_version,
    }));
    return { items, nextCursor: rows.length > page.limit ? String(items.at(-1)?.version) : null };
  });
}

/** Undefined for text that names no version. */
export function parseVersion(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
