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

const BEARER = /^bearer +([\x21-\x7e]{1,500}) *$/i;

/**
 * A hook that lets only requests with a valid API key pass, before their body is read; `attempts` refuses who guesses
 * them. The server must have `decorateRequest('organizationId', '')`, and `access` with null.
 */
export function authenticate(findKeyOwner: FindKeyOwner, attempts: KeyAttempts): onRequestAsyncHookHandler {
  return async (request, reply) => {
    // Stands in the answer only where it is a refusal; RFC 9110, 11.6.1.
    reply.header('www-authenticate', 'Bearer');
    const key = readBearer(request);
    const owner = await attempts.attempt(request, key, findKeyOwner);
    if (owner === undefined) throw authErrors.invalid_api_key();
    reply.removeHeader('www-authenticate');
    request.organizationId = owner.organizationId;
    request.access = owner;
  };
}

function readBearer(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined) throw authErrors.missing_api_key();
  const key = BEARER.exec(authorization)?.[1];
  if (key === undefined) throw authErrors.missing_api_key();
  return key;
}
