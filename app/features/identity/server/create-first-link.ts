import type pg from 'pg';
import { newId } from '../../../platform/ids/id.ts';
import { generateToken, hashToken } from '../../../platform/secrets/token.ts';
import { IDENTITY_LIMITS } from '../contract.ts';

/** The token of a link by which whoever holds it becomes an owner; good once, and for some days. */
export async function createFirstLink(client: pg.PoolClient | pg.Pool, organizationId: string): Promise<string> {
  const token = generateToken('msi');
  await client.query(
    `insert into invitations (org_id, id, role, token_hash, expires_at)
     values ($1, $2, 'owner', $3, now() + make_interval(days => $4))`,
    [organizationId, newId(), hashToken(token), IDENTITY_LIMITS.invitationDays],
  );
  return token;
}
