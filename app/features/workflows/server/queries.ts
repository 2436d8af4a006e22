/**
 * The rows of workflows. Every statement runs in a tenant's transaction, which sees that organization alone, and names the
 * organization besides: each of the two keeps the others' rows away without the other.
 */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { WorkflowStatus } from '../contract.ts';
import { workflowErrors } from './workflow-errors.ts';

export type WorkflowRow = {
  readonly id: string;
  readonly name: string;
  readonly draft: WorkflowDefinition;
  readonly draft_revision: number;
  readonly status: WorkflowStatus;
  readonly published_version: number | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

const COLUMNS = [
  'id',
  'name',
  'draft',
  'draft_revision',
  'status',
  'published_version',
  'created_at',
  'updated_at',
] as const;

/** Throws workflow_not_found for an id that is malformed, foreign, unknown or removed. */
export async function getWorkflowRow(tx: Transaction, organizationId: string, id: string): Promise<WorkflowRow> {
  return (await findRow(tx, organizationId, id, false)) ?? fail();
}

/** The same, held until the transaction ends: changes of one workflow go one after the other. */
export async function lockWorkflowRow(tx: Transaction, organizationId: string, id: string): Promise<WorkflowRow> {
  return (await findRow(tx, organizationId, id, true)) ?? fail();
}

async function findRow(
  tx: Transaction,
  organizationId: string,
  id: string,
  lock: boolean,
): Promise<WorkflowRow | undefined> {
  if (!isId(id)) return undefined;
  const query = tx
    .selectFrom('workflows')
    .select(COLUMNS)
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  return row as WorkflowRow | undefined;
}

function fail(): never {
  throw workflowErrors.workflow_not_found();
}

export async function insertWorkflow(
  tx: Transaction,
  workflow: { readonly organizationId: string; readonly id: string; readonly draft: WorkflowDefinition },
): Promise<WorkflowRow> {
  const row = await tx
    .insertInto('workflows')
    .values({
      org_id: workflow.organizationId,
      id: workflow.id,
      name: workflow.draft.name,
      draft: JSON.stringify(workflow.draft),
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return row as WorkflowRow;
}

export type WorkflowChange = {
  readonly draft?: WorkflowDefinition;
  readonly status?: 'active' | 'paused';
  readonly publishedVersion?: number;
};

export async function updateWorkflow(
  tx: Transaction,
  organizationId: string,
  id: string,
  change: WorkflowChange,
): Promise<WorkflowRow> {
  const row = await tx
    .updateTable('workflows')
    .set((eb) => ({
      updated_at: eb.fn('now'),
      ...(change.draft && {
        draft: JSON.stringify(change.draft),
        name: change.draft.name,
        draft_revision: eb('draft_revision', '+', 1),
      }),
      ...(change.status && { status: change.status }),
      ...(change.publishedVersion && { published_version: change.publishedVersion }),
    }))
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return row as WorkflowRow;
}

export async function markWorkflowDeleted(tx: Transaction, organizationId: string, id: string): Promise<void> {
  await tx
    .updateTable('workflows')
    .set((eb) => ({ deleted_at: eb.fn('now') }))
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

/** Newest first: ids grow with time. */
export async function listWorkflowRows(
  tx: Transaction,
  organizationId: string,
  page: { readonly limit: number; readonly before: string | null },
): Promise<readonly Omit<WorkflowRow, 'draft' | 'draft_revision'>[]> {
  let query = tx
    .selectFrom('workflows')
    .select(['id', 'name', 'status', 'published_version', 'created_at', 'updated_at'])
    .where('org_id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return (await query.execute()) as WorkflowRow[];
}

/** The name and time zone that expressions see as `org`. */
export async function findOrganization(
  tx: Transaction,
  organizationId: string,
): Promise<{ readonly name: string; readonly timezone: string } | undefined> {
  return tx
    .selectFrom('organizations')
    .select(['name', 'timezone'])
    .where('id', '=', organizationId)
    .executeTakeFirst();
}

export type VersionRow = { readonly version: number; readonly created_at: Date };

/** Newest first. */
export async function listVersionRows(
  tx: Transaction,
  organizationId: string,
  id: string,
  page: { readonly limit: number; readonly before: number | null },
): Promise<readonly VersionRow[]> {
  let query = tx
    .selectFrom('workflow_versions')
    .select(['version', 'created_at'])
    .where('org_id', '=', organizationId)
    .where('workflow_id', '=', id)
    .orderBy('version', 'desc')
    .limit(page.limit);
  if (page.before !== null) query = query.where('version', '<', page.before);
  return (await query.execute()) as VersionRow[];
}

export async function findVersionRow(
  tx: Transaction,
  organizationId: string,
  id: string,
  version: number,
): Promise<(VersionRow & { readonly definition: WorkflowDefinition }) | undefined> {
  const row = await tx
    .selectFrom('workflow_versions')
    .select(['version', 'created_at', 'definition'])
    .where('org_id', '=', organizationId)
    .where('workflow_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return row as (VersionRow & { readonly definition: WorkflowDefinition }) | undefined;
}
