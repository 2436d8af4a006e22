import { writeAuditAsEngine } from '../../../platform/audit/write-audit.ts';
import { newId } from '../../../platform/ids/id.ts';
import type { OrganizationView } from '../contract.ts';
import type { IdentityContext } from './identity-context.ts';
import { refuseTooMany } from './join-organization.ts';

/** Makes an organization whose owner is the one who makes it. Throws too_many. */
export async function createOrganization(
  { db }: Pick<IdentityContext, 'db'>,
  userId: string,
  name: string,
): Promise<OrganizationView> {
  return db.engineTransaction(async (client) => {
    await refuseTooMany(client, userId);
    const id = newId();
    const { rows } = await client.query<{ timezone: string; created_at: Date }>(
      'insert into organizations (id, name) values ($1, $2) returning timezone, created_at',
      [id, name],
    );
    const [made] = rows;
    if (made === undefined) throw new Error('The organization was not stored.');
    await client.query("insert into members (org_id, user_id, role) values ($1, $2, 'owner')", [id, userId]);
    await writeAuditAsEngine(client, {
      organizationId: id,
      actor: { kind: 'member', id: userId },
      action: 'organization.created',
      object: { type: 'organization', id },
      before: null,
      after: { name, owner: userId },
    });
    return { id, name, timezone: made.timezone, createdAt: made.created_at.toISOString() };
  });
}
