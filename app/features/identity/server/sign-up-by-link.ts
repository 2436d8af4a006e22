import { newId } from '../../../platform/ids/id.ts';
import { hashToken } from '../../../platform/secrets/token.ts';
import type { JoinBody } from '../contract.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';
import { joinOrganization } from './join-organization.ts';
import { findInvitation, type Invitation } from './queries.ts';

/**
 * Makes an account and a member of someone new, by an invitation. Their address counts as proved: the link came to it,
 * or was printed to whoever runs the server. Answers with the address to sign in with.
 * Throws invalid_link, email_needed, email_given, has_account.
 */
export async function signUpByLink(
  { db }: Pick<IdentityContext, 'db'>,
  hashPassword: (password: string) => Promise<string>,
  { token, name, password, email }: JoinBody,
): Promise<string> {
  const tokenHash = hashToken(token);
  // Before the costly hash, so that guesses are cheap for us too.
  const seen = await findInvitation(db.engine, tokenHash);
  if (seen === undefined) throw identityErrors.invalid_link();
  const address = addressOf(seen, email);
  const passwordHash = await hashPassword(password);
  await db.engineTransaction(async (client) => {
    const invitation = await findInvitation(client, tokenHash);
    if (invitation === undefined) throw identityErrors.invalid_link();
    const userId = newId();
    const { rowCount } = await client.query(
      `insert into users (id, name, email, email_verified) values ($1, $2, $3, true) on conflict do nothing`,
      [userId, name, address],
    );
    if (rowCount === 0) throw identityErrors.has_account();
    await client.query(
      `insert into accounts (id, user_id, provider_id, account_id, password) values ($1, $2, 'credential', $3, $4)`,
      [newId(), userId, userId, passwordHash],
    );
    await joinOrganization(client, invitation, userId);
  });
  return address;
}

function addressOf(invitation: Invitation, given: string | undefined): string {
  if (invitation.email === null) {
    if (given === undefined) throw identityErrors.email_needed();
    return given;
  }
  if (given !== undefined) throw identityErrors.email_given();
  return invitation.email;
}
