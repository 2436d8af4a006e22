import type { Transaction } from '../../../platform/db/database.ts';
import type { AuditQuery, AuditRow } from '../contract.ts';

/** The newest first. The cursor is the last number of the page before. */
export async function listAudit(
  tx: Transaction,
  organizationId: string,
  { limit, cursor, action, objectType, objectId, actorId }: AuditQuery,
): Promise<{ items: AuditRow[]; nextCursor: string | null }> {
  let query = tx
    .selectFrom('audit_log')
    .select(['seq', 'at', 'actor_kind', 'actor_id', 'action', 'object_type', 'object_id', 'before', 'after', 'hash'])
    .where('org_id', '=', organizationId)
    .orderBy('seq', 'desc')
    // One more than asked for: its presence says whether another page follows.
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('seq', '<', Number(cursor));
  if (action !== undefined) query = query.where('action', '=', action);
  if (objectType !== undefined) query = query.where('object_type', '=', objectType);
  if (objectId !== undefined) query = query.where('object_id', '=', objectId);
  if (actorId !== undefined) query = query.where('actor_id', '=', actorId);
  const rows = await query.execute();
  const items = rows.slice(0, limit).map((row) => ({
    seq: row.seq,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind as AuditRow['actor']['kind'], id: row.actor_id },
    action: row.action,
    object: { type: row.object_type, id: row.object_id },
    before: row.before as AuditRow['before'],
    after: row.after as AuditRow['after'],
    hash: row.hash.toString('hex'),
  }));
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
}
