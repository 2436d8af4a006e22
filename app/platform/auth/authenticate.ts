import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { KeyAttempts } from '../rate-limit/key-attempts.ts';
import type { Access } from './access.ts';
import { authErrors } from './auth-errors.ts';
import type { FindKeyOwner } from './find-key-owner.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose rows this request may see. Set by `authenticate`; empty on routes that are open to all. */
    organizationId: string;
    /** Who asks, and what they may do. Set as `organizationId`. */
    access: Access;
  }
}

/** People who are signed in by a cookie. */
export type SessionDoor = {
  /** True where the request carries a session, good or bad. */
  readonly hasCookie: (request: FastifyRequest) => boolean;
  /** True for an origin whose pages may act with the cookie. */
  readonly isOwnOrigin: (origin: string) => boolean;
  /**
   * Reads from the database who is signed in. `setCookie`: to send along, where the session was renewed.
   * Undefined for a session that is forged, ended or over.
   */
  readonly find: (
    request: FastifyRequest,
  ) => Promise<{ readonly access: Person; readonly setCookie: readonly string[] } | undefined>;
  /** In the organization asked for, or else in the one they joined first. Undefined: they are in no such one. */
  readonly findMember: (person: Person, organizationId: string | undefined) => Promise<Access | undefined>;
};

type Person = Extract<Access, { readonly kind: 'person' }>;

const BEARER = /^bearer +([\x21-\x7e]{1,500}) *$/i;
/** Names the organization to work in, for people who are in several. */
const ORGANIZATION_HEADER = 'x-organization';
const READING = ['GET', 'HEAD', 'OPTIONS'];

/**
 * A hook that lets only requests with a valid API key or session pass, before their body is read; `attempts` refuses
 * who guesses keys. A key wins over a cookie. The server must have `decorateRequest('organizationId', '')`, and
 * `access` with null.
 */
export function authenticate(
  findKeyOwner: FindKeyOwner,
  attempts: KeyAttempts,
  sessions?: SessionDoor,
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    // Stands in the answer only where it is a refusal; RFC 9110, 11.6.1.
    reply.header('www-authenticate', 'Bearer');
    if (request.headers.authorization === undefined && sessions?.hasCookie(request)) {
      refuseCrossSite(request, sessions);
      const found = await sessions.find(request);
      if (found === undefined) throw authErrors.invalid_session();
      reply.removeHeader('www-authenticate');
      if (found.setCookie.length > 0) reply.header('set-cookie', found.setCookie);
      // What a person sees is for no cache in between.
      reply.header('cache-control', 'no-store');
      setAccess(request, await findAccess(sessions, found.access, askedFor(request)));
      return;
    }
    const key = readBearer(request);
    const owner = await attempts.attempt(request, key, findKeyOwner);
    if (owner === undefined) throw authErrors.invalid_api_key();
    reply.removeHeader('www-authenticate');
    const asked = askedFor(request);
    if (asked !== undefined && asked !== owner.organizationId) throw authErrors.organization_not_found();
    setAccess(request, owner);
  };
}

function setAccess(request: FastifyRequest, access: Access): void {
  request.access = access;
  request.callerKey = access.kind === 'api_key' ? access.id : access.userId;
  request.organizationId = access.kind === 'person' ? '' : access.organizationId;
}

/** A person without any organization stays a person; one who names an organization must be in it. */
async function findAccess(sessions: SessionDoor, person: Person, asked: string | undefined): Promise<Access> {
  const member = await sessions.findMember(person, asked);
  if (member === undefined && asked !== undefined) throw authErrors.organization_not_found();
  return member ?? person;
}

/** Browsers send cookies with requests that other sites make; none of those may change anything. */
function refuseCrossSite(request: FastifyRequest, { isOwnOrigin }: SessionDoor): void {
  if (READING.includes(request.method)) return;
  const { origin } = request.headers;
  if (origin !== undefined && isOwnOrigin(origin)) return;
  throw authErrors.cross_site_request(origin === undefined ? 'somewhere that does not say' : origin.slice(0, 200));
}

function askedFor(request: FastifyRequest): string | undefined {
  const asked = request.headers[ORGANIZATION_HEADER];
  return typeof asked === 'string' && asked !== '' ? asked : undefined;
}

function readBearer(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined) throw authErrors.missing_api_key();
  const key = BEARER.exec(authorization)?.[1];
  if (key === undefined) throw authErrors.missing_api_key();
  return key;
}
