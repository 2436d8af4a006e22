import type { Role } from '../../../platform/auth/access.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { MemberView, PageQuery } from '../contract.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';
import { listUsers } from './queries.ts';

/** In the order in which people got their accounts. */
export async function listMembers(
  { db }: Pick<IdentityContext, 'db'>,
  organizationId: string,
  { limit, cursor }: PageQuery,
): Promise<{ items: MemberView[]; nextCursor: string | null }> {
  if (cursor !== undefined && !isId(cursor)) throw identityErrors.invalid_cursor();
  const rows = await db.withTenant(organizationId, async (tx) => {
    const all = tx
      .selectFrom('members')
      .select(['user_id', 'role', 'joined_at'])
      .where('org_id', '=', organizationId)
      .orderBy('user_id')
      .limit(limit + 1);
    return (cursor === undefined ? all : all.where('user_id', '>', cursor)).execute();
  });
  const page = rows.slice(0, limit);
  const users = await listUsers(
    db.engine,
    page.map(({ user_id }) => user_id),
  );
  const items = page.flatMap((row) => {
    const user = users.find(({ id }) => id === row.user_id);
    if (user === undefined) return [];
    const { id, name, email, two_factor_enabled: twoFactorEnabled } = user;
    return [{ id, name, email, role: row.role as Role, twoFactorEnabled, joinedAt: row.joined_at.toISOString() }];
  });
  return { items, nextCursor: rows.length > limit ? (page.at(-1)?.user_id ?? null) : null };
}
