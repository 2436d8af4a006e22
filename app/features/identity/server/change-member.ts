import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Access, Role } from '../../../platform/auth/access.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { requirePermission } from '../../../platform/auth/require-permission.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';

type Asking = { readonly caller: Caller; readonly access: Access };

/**
 * Gives a member another role; null takes them out. It counts from their next request on.
 * Throws member_not_found, forbidden, last_owner.
 */
export async function changeMember(
  { db }: Pick<IdentityContext, 'db'>,
  { caller, access }: Asking,
  userId: string,
  role: Role | null,
): Promise<void> {
  if (!isId(userId)) throw identityErrors.member_not_found();
  await db.withTenant(caller.organizationId, (tx) =>
    change(tx, caller, { userId, role }, (former) =>
      requirePermission(access, 'member.manage', { kind: 'membership', role: former, becomes: role }),
    ),
  );
}

/** Whoever is in an organization may leave it, except its last owner. */
export async function leaveOrganization(
  { db }: Pick<IdentityContext, 'db'>,
  caller: Caller,
  userId: string,
): Promise<void> {
  await db.withTenant(caller.organizationId, (tx) => change(tx, caller, { userId, role: null }, () => {}));
}

async function change(
  tx: Transaction,
  { organizationId, actor }: Caller,
  { userId, role }: { readonly userId: string; readonly role: Role | null },
  check: (former: Role) => void,
): Promise<void> {
  // All owners are locked, and in one order: of two who step down at once, the second sees what the first did.
  const owners = await tx
    .selectFrom('members')
    .select('user_id')
    .where('org_id', '=', organizationId)
    .where('role', '=', 'owner')
    .orderBy('user_id')
    .forUpdate()
    .execute();
  const found = tx.selectFrom('members').select('role').where('org_id', '=', organizationId);
  const row = await found.where('user_id', '=', userId).forUpdate().executeTakeFirst();
  if (row === undefined) throw identityErrors.member_not_found();
  const former = row.role as Role;
  check(former);
  if (former === role) return;
  if (former === 'owner' && owners.length === 1) throw identityErrors.last_owner();
  await write(tx, organizationId, userId, role);
  await writeAudit(tx, {
    organizationId,
    actor,
    action: role === null ? 'member.removed' : 'member.changed',
    object: { type: 'member', id: userId },
    before: { role: former },
    after: role === null ? null : { role },
  });
}

async function write(tx: Transaction, organizationId: string, userId: string, role: Role | null): Promise<void> {
  if (role === null) {
    await tx.deleteFrom('members').where('org_id', '=', organizationId).where('user_id', '=', userId).execute();
    return;
  }
  const update = tx.updateTable('members').set({ role }).where('org_id', '=', organizationId);
  await update.where('user_id', '=', userId).execute();
}
