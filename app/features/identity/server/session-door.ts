import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { SessionDoor } from '../../../platform/auth/authenticate.ts';
import type { Auth } from './create-auth.ts';
import { authHeaders } from './handle-auth.ts';
import { listMemberships } from './queries.ts';

/** `mainspring.session_token`, with `__Secure-` before it where the site is reached by TLS. */
const COOKIE = /(?:^|;\s*)(?:__Secure-)?mainspring\.session_token=/;

type Parts = {
  readonly auth: () => Promise<Auth>;
  readonly engine: pg.Pool;
  readonly origins: () => readonly string[];
};

/** Who is signed in, by better-auth's cookie; and their role, read anew for each request. */
export function createSessionDoor({ auth, engine, origins }: Parts): SessionDoor {
  return {
    hasCookie: (request) => COOKIE.test(request.headers.cookie ?? ''),
    isOwnOrigin: (origin) => origins().includes(origin),
    find: (request) => findSession(auth, engine, request),
    async findMember({ userId, sessionId }, organizationId) {
      const memberships = await listMemberships(engine, userId);
      const found = organizationId === undefined ? memberships[0] : memberships.find(({ id }) => id === organizationId);
      return found && { kind: 'member', userId, sessionId, organizationId: found.id, role: found.role };
    },
  };
}

async function findSession(auth: Parts['auth'], engine: pg.Pool, request: FastifyRequest) {
  const { api } = await auth();
  const asked = api.getSession({ headers: authHeaders(request), returnHeaders: true });
  const { headers, response } = await asked.catch(async (error) => {
    // better-auth hides why it failed: where the database is away, this says so.
    await engine.query('select');
    throw error;
  });
  if (response === null) return undefined;
  const access = { kind: 'person', userId: response.user.id, sessionId: response.session.id } as const;
  return { access, setCookie: headers.getSetCookie() };
}
