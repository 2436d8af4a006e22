import { isZone } from '@mainspring/engine/schedule/zone.ts';
import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import type { OrganizationPatch, OrganizationView } from '../contract.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';

const COLUMNS = ['id', 'name', 'timezone', 'created_at'] as const;

export async function getOrganization(
  { db }: Pick<IdentityContext, 'db'>,
  organizationId: string,
): Promise<OrganizationView> {
  return db.withTenant(organizationId, async (tx) =>
    show(
      await tx.selectFrom('organizations').select(COLUMNS).where('id', '=', organizationId).executeTakeFirstOrThrow(),
    ),
  );
}

/** Throws unknown_timezone. */
export async function changeOrganization(
  { db }: Pick<IdentityContext, 'db'>,
  { organizationId, actor }: Caller,
  { name, timezone }: OrganizationPatch,
): Promise<OrganizationView> {
  if (timezone !== undefined && !isZone(timezone)) throw identityErrors.unknown_timezone(timezone);
  return db.withTenant(organizationId, async (tx) => {
    const organization = tx.selectFrom('organizations').select(COLUMNS).where('id', '=', organizationId);
    const before = await organization.forUpdate().executeTakeFirstOrThrow();
    const after = await tx
      .updateTable('organizations')
      .set({ name: name ?? before.name, timezone: timezone ?? before.timezone })
      .where('id', '=', organizationId)
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
    await writeAudit(tx, {
      organizationId,
      actor,
      action: 'organization.changed',
      object: { type: 'organization', id: organizationId },
      before: { name: before.name, timezone: before.timezone },
      after: { name: after.name, timezone: after.timezone },
    });
    return show(after);
  });
}

function show(row: {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly created_at: Date;
}): OrganizationView {
  return { id: row.id, name: row.name, timezone: row.timezone, createdAt: row.created_at.toISOString() };
}
