import type { FastifyRequest } from 'fastify';
import type { Actor } from '../audit/actor.ts';

/** On whose rows a request works, and who answers for it. */
export type Caller = { readonly organizationId: string; readonly actor: Actor };

/** The caller of a request that `authenticate` let pass. */
export function callerOf(request: Pick<FastifyRequest, 'organizationId' | 'apiKeyId'>): Caller {
  return { organizationId: request.organizationId, actor: { kind: 'api_key', id: request.apiKeyId } };
}
