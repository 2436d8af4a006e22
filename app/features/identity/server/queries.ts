/** What belongs to people and not to one organization. Only the engine may read it. */
import type pg from 'pg';
import type { Role } from '../../../platform/auth/access.ts';
import { IDENTITY_LIMITS } from '../contract.ts';

export type User = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly two_factor_enabled: boolean;
};

export type Membership = { readonly id: string; readonly name: string; readonly timezone: string; readonly role: Role };

type Engine = pg.Pool | pg.PoolClient;

export async function listUsers(engine: Engine, ids: readonly string[]): Promise<readonly User[]> {
  const { rows } = await engine.query<User>(
    'select id, name, email, email_verified, two_factor_enabled from users where id = any($1)',
    [ids],
  );
  return rows;
}

/** Undefined where the person is gone. */
export async function findUser(engine: Engine, id: string): Promise<User | undefined> {
  return (await listUsers(engine, [id]))[0];
}

/** The organizations of a person, the one joined first in front. */
export async function listMemberships(engine: Engine, userId: string): Promise<readonly Membership[]> {
  const { rows } = await engine.query<Membership>(
    `select o.id, o.name, o.timezone, m.role from members m join organizations o on o.id = m.org_id
     where m.user_id = $1 order by m.joined_at, o.id limit ${IDENTITY_LIMITS.organizations}`,
    [userId],
  );
  return rows;
}

export type Invitation = {
  readonly org_id: string;
  readonly id: string;
  readonly email: string | null;
  readonly role: Role;
};

const OPEN = 'accepted_at is null and revoked_at is null and expires_at > now()';

/** The open invitation of a link, locked where it is asked in a transaction. */
export async function findInvitation(engine: Engine, tokenHash: Buffer): Promise<Invitation | undefined> {
  const { rows } = await engine.query<Invitation>(
    `select org_id, id, email, role from invitations where token_hash = $1 and ${OPEN} for update`,
    [tokenHash],
  );
  return rows[0];
}

export async function isInvited(engine: Engine, email: string): Promise<boolean> {
  const { rowCount } = await engine.query(`select from invitations where email = $1 and ${OPEN} limit 1`, [email]);
  return rowCount === 1;
}
