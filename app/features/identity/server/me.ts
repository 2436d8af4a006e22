import type { Access } from '../../../platform/auth/access.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { MeView } from '../contract.ts';
import { getOrganization } from './change-organization.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';
import { findUser, listMemberships } from './queries.ts';

type Context = Pick<IdentityContext, 'db'>;

/** Who asks, where they are, and where else they may go. */
export async function getMe(context: Context, access: Access): Promise<MeView> {
  if (access.kind === 'api_key') {
    const { id, name, timezone } = await getOrganization(context, access.organizationId);
    const organization = { id, name, timezone };
    const { kind, scopes } = access;
    return { kind, user: null, organization, role: null, scopes: [...scopes], organizations: [] };
  }
  const { engine } = context.db;
  const user = await findUser(engine, access.userId);
  const memberships = await listMemberships(engine, access.userId);
  const here = access.kind === 'member' ? memberships.find(({ id }) => id === access.organizationId) : undefined;
  return {
    kind: access.kind,
    user: user ? { id: user.id, name: user.name, email: user.email, twoFactorEnabled: user.two_factor_enabled } : null,
    organization: here ? { id: here.id, name: here.name, timezone: here.timezone } : null,
    role: here?.role ?? null,
    scopes: null,
    organizations: memberships.map(({ id, name, role }) => ({ id, name, role })),
  };
}

type SessionRow = {
  readonly id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly expires_at: Date;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
};

const MAX_SESSIONS = 100;

/** Where someone is signed in, the last used first. */
export async function listSessions({ db }: Context, { userId, sessionId }: { userId: string; sessionId: string }) {
  const { rows } = await db.engine.query<SessionRow>(
    `select id, created_at, updated_at, expires_at, ip_address, user_agent from sessions
     where user_id = $1 and expires_at > now() order by updated_at desc, id limit ${MAX_SESSIONS}`,
    [userId],
  );
  const items = rows.map((row) => ({
    id: row.id,
    isCurrent: row.id === sessionId,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.updated_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    address: row.ip_address,
    userAgent: row.user_agent,
  }));
  return { items, nextCursor: null };
}

/** It is over at once. Throws session_not_found. */
export async function endSession({ db }: Context, userId: string, id: string): Promise<void> {
  if (!isId(id)) throw identityErrors.session_not_found();
  const { rowCount } = await db.engine.query('delete from sessions where user_id = $1 and id = $2', [userId, id]);
  if (rowCount === 0) throw identityErrors.session_not_found();
}

/** Signs someone out everywhere, here too. */
export async function endAllSessions({ db }: Context, userId: string): Promise<void> {
  await db.engine.query('delete from sessions where user_id = $1', [userId]);
}
