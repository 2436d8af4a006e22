import { sql } from 'kysely';
import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Access, Role } from '../../../platform/auth/access.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { requirePermission } from '../../../platform/auth/require-permission.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { newId } from '../../../platform/ids/id.ts';
import { generateToken, hashToken } from '../../../platform/secrets/token.ts';
import { IDENTITY_LIMITS, type InvitationView } from '../contract.ts';
import { identityPages } from '../paths.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';
import { INVITATION_COLUMNS, showInvitation } from './show-invitation.ts';

/**
 * Invites an address; an open invitation of the same address is taken back. Only the mail has the link: it proves to
 * whom the address belongs, so not even who invites may see it. Throws forbidden, already_member, too_many.
 */
export async function createInvitation(
  { db, mails, publicUrl }: IdentityContext,
  { caller, access }: { readonly caller: Caller; readonly access: Access },
  { email, role }: { readonly email: string; readonly role: Role },
): Promise<InvitationView> {
  requirePermission(access, 'invitation.manage', { kind: 'membership', role: null, becomes: role });
  const { organizationId, actor } = caller;
  const { rowCount } = await db.engine.query(
    'select from users u join members m on m.user_id = u.id where m.org_id = $1 and u.email = $2',
    [organizationId, email],
  );
  if (rowCount !== 0) throw identityErrors.already_member();
  const token = generateToken('msi');
  const { row, organization } = await db.withTenant(organizationId, async (tx) => {
    const { name } = await tx
      .selectFrom('organizations')
      .select('name')
      .where('id', '=', organizationId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    await replaceOpen(tx, organizationId, email);
    const made = await tx
      .insertInto('invitations')
      .values({
        org_id: organizationId,
        id: newId(),
        email,
        role,
        token_hash: hashToken(token),
        expires_at: sql<Date>`now() + make_interval(days => ${IDENTITY_LIMITS.invitationDays})`,
      })
      .returning(INVITATION_COLUMNS)
      .executeTakeFirstOrThrow();
    await writeAudit(tx, {
      organizationId,
      actor,
      action: 'invitation.created',
      object: { type: 'invitation', id: made.id },
      before: null,
      after: { email, role },
    });
    return { row: made, organization: name };
  });
  const url = `${publicUrl()}${identityPages.join(token)}`;
  mails.sendInvitation(email, { organization, role, url, days: IDENTITY_LIMITS.invitationDays });
  return showInvitation(row);
}

async function replaceOpen(tx: Transaction, organizationId: string, email: string): Promise<void> {
  const open = await tx
    .selectFrom('invitations')
    .select(['id', 'email'])
    .where('org_id', '=', organizationId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .execute();
  const former = open.filter((invitation) => invitation.email === email).map(({ id }) => id);
  if (open.length - former.length >= IDENTITY_LIMITS.invitations) {
    throw identityErrors.too_many(`${open.length} invitations are open, and no more are possible. Take some back.`);
  }
  if (former.length === 0) return;
  await tx
    .updateTable('invitations')
    .set({ revoked_at: sql<Date>`now()` })
    .where('org_id', '=', organizationId)
    .where('id', 'in', former)
    .execute();
}
