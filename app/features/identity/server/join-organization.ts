import type pg from 'pg';
import { writeAuditAsEngine } from '../../../platform/audit/write-audit.ts';
import { IDENTITY_LIMITS } from '../contract.ts';
import { identityErrors } from './identity-errors.ts';
import type { Invitation } from './queries.ts';

/** Uses an invitation up and makes the person a member, in the transaction of the engine that locked it. */
export async function joinOrganization(client: pg.PoolClient, invitation: Invitation, userId: string): Promise<void> {
  const { org_id: organizationId, id, role } = invitation;
  await refuseTooMany(client, userId);
  const { rowCount } = await client.query(
    'insert into members (org_id, user_id, role) values ($1, $2, $3) on conflict do nothing',
    [organizationId, userId, role],
  );
  if (rowCount === 0) throw identityErrors.already_member();
  await client.query('update invitations set accepted_at = now() where org_id = $1 and id = $2', [organizationId, id]);
  await writeAuditAsEngine(client, {
    organizationId,
    actor: { kind: 'member', id: userId },
    action: 'member.joined',
    object: { type: 'member', id: userId },
    before: null,
    after: { role, invitation: id },
  });
}

/** Throws too_many where a person is in as many organizations as may be. */
export async function refuseTooMany(client: pg.PoolClient, userId: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>('select org_id as id from members where user_id = $1', [userId]);
  if (rows.length < IDENTITY_LIMITS.organizations) return;
  throw identityErrors.too_many(`You are in ${rows.length} organizations already, and no more are possible.`);
}
