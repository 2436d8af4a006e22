import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import type { Transaction } from '../../../platform/db/database.ts';

/** Lets an organization's sending steps go on after a restore. False where none were held. */
export async function confirmRestore(tx: Transaction, { organizationId, actor }: Caller): Promise<boolean> {
  const held = await tx
    .deleteFrom('sending_holds')
    .where('org_id', '=', organizationId)
    .returning(['backup_at', 'since'])
    .executeTakeFirst();
  if (held === undefined) return false;
  await writeAudit(tx, {
    organizationId,
    actor,
    action: 'restore.confirmed',
    object: { type: 'organization', id: organizationId },
    before: { sending: 'held', backupAt: held.backup_at.toISOString(), restoredAt: held.since.toISOString() },
    after: { sending: 'on' },
  });
  return true;
}
