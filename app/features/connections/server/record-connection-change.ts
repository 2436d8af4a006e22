import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import type { ConnectionRow } from './queries.ts';

type Action = 'connection.created' | 'connection.changed' | 'connection.deleted';

/** Writes a change of a connection into the audit log, as the last part of its transaction. */
export async function recordConnectionChange(
  tx: Transaction,
  { organizationId, actor }: Caller,
  action: Action,
  change:
    | { readonly before: ConnectionRow | null; readonly after: ConnectionRow }
    | { readonly before: ConnectionRow; readonly after: null },
): Promise<void> {
  const { id } = change.after ?? change.before;
  await writeAudit(tx, {
    organizationId,
    actor,
    action,
    object: { type: 'connection', id },
    before: summarize(change.before),
    after: summarize(change.after),
  });
}

/** A secret that was replaced shows as another version. */
function summarize(row: ConnectionRow | null) {
  if (row === null) return null;
  const { name, kind, hosts, version } = row;
  return { name, kind, hosts, version };
}
