import { hashToken } from '../../../platform/secrets/token.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';
import { joinOrganization } from './join-organization.ts';
import { findInvitation, findUser } from './queries.ts';

/** Makes someone who is signed in a member. Throws invalid_link, other_address, already_member, too_many. */
export async function acceptInvitation(
  { db }: Pick<IdentityContext, 'db'>,
  userId: string,
  token: string,
): Promise<{ organizationId: string }> {
  return db.engineTransaction(async (client) => {
    const invitation = await findInvitation(client, hashToken(token));
    if (invitation === undefined) throw identityErrors.invalid_link();
    const user = await findUser(client, userId);
    const isMeant = user?.email_verified && (invitation.email === null || invitation.email === user.email);
    if (!isMeant) throw identityErrors.other_address();
    await joinOrganization(client, invitation, userId);
    return { organizationId: invitation.org_id };
  });
}
