import { createHash } from 'node:crypto';
import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import type { WorkflowRow } from './queries.ts';

type Action = 'workflow.created' | 'workflow.changed' | 'workflow.published' | 'workflow.deleted';

/** Writes a change of a workflow into the audit log, as the last part of its transaction. */
export async function recordWorkflowChange(
  tx: Transaction,
  { organizationId, actor }: Caller,
  action: Action,
  change:
    | { readonly before: WorkflowRow | null; readonly after: WorkflowRow }
    | { readonly before: WorkflowRow; readonly after: null },
): Promise<void> {
  const { id } = change.after ?? change.before;
  await writeAudit(tx, {
    organizationId,
    actor,
    action,
    object: { type: 'workflow', id },
    before: summarize(change.before),
    after: summarize(change.after),
  });
}

/** The draft by its hash alone: people write keys and passwords into drafts. */
function summarize(row: WorkflowRow | null) {
  if (row === null) return null;
  const draftHash = createHash('sha256').update(JSON.stringify(row.draft)).digest('hex');
  const { name, status, published_version: version, draft_revision: draftRevision } = row;
  return { name, status, version, draftRevision, draftHash };
}
