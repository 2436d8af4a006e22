import { sql } from 'kysely';
import { isId } from '../../../platform/ids/id.ts';
import type { InvitationView, PageQuery } from '../contract.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';
import { INVITATION_COLUMNS, showInvitation } from './show-invitation.ts';

/** The open ones, newest first. */
export async function listInvitations(
  { db }: Pick<IdentityContext, 'db'>,
  organizationId: string,
  { limit, cursor }: PageQuery,
): Promise<{ items: InvitationView[]; nextCursor: string | null }> {
  if (cursor !== undefined && !isId(cursor)) throw identityErrors.invalid_cursor();
  const rows = await db.withTenant(organizationId, async (tx) => {
    const open = tx
      .selectFrom('invitations')
      .select(INVITATION_COLUMNS)
      .where('org_id', '=', organizationId)
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', sql<Date>`now()`)
      .orderBy('id', 'desc')
      .limit(limit + 1);
    return (cursor === undefined ? open : open.where('id', '<', cursor)).execute();
  });
  const items = rows.slice(0, limit).map(showInvitation);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
