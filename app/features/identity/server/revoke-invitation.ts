import { sql } from 'kysely';
import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Access, Role } from '../../../platform/auth/access.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { requirePermission } from '../../../platform/auth/require-permission.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';

/** Takes an open invitation back: its link is worth nothing from now on. Throws invitation_not_found, forbidden. */
export async function revokeInvitation(
  { db }: Pick<IdentityContext, 'db'>,
  { caller, access }: { readonly caller: Caller; readonly access: Access },
  id: string,
): Promise<void> {
  const { organizationId, actor } = caller;
  if (!isId(id)) throw identityErrors.invitation_not_found();
  await db.withTenant(organizationId, async (tx) => {
    const row = await tx
      .updateTable('invitations')
      .set({ revoked_at: sql<Date>`now()` })
      .where('org_id', '=', organizationId)
      .where('id', '=', id)
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .returning(['email', 'role'])
      .executeTakeFirst();
    if (row === undefined) throw identityErrors.invitation_not_found();
    requirePermission(access, 'invitation.manage', { kind: 'membership', role: row.role as Role, becomes: null });
    const { email, role } = row;
    const object = { type: 'invitation', id };
    await writeAudit(tx, {
      organizationId,
      actor,
      action: 'invitation.revoked',
      object,
      before: { email, role },
      after: null,
    });
  });
}
