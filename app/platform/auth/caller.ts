import type { FastifyRequest } from 'fastify';
import type { Actor } from '../audit/actor.ts';
import type { Access } from './access.ts';

/** On whose rows a request works, and who answers for it. */
export type Caller = { readonly organizationId: string; readonly actor: Actor };

/** The caller of a request that `authenticate` let pass. */
export function callerOf(request: Pick<FastifyRequest, 'organizationId' | 'access'>): Caller {
  return { organizationId: request.organizationId, actor: actorOf(request.access) };
}

function actorOf(access: Access): Actor {
  switch (access.kind) {
    case 'api_key':
      return { kind: 'api_key', id: access.id };
    case 'member':
    case 'person':
      return { kind: 'member', id: access.userId };
  }
}
