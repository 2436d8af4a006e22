import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { Vault } from '../secrets/vault.ts';
import { authErrors } from './auth-errors.ts';
import { claimIdempotencyKey, freeIdempotencyKey, type KeyedRequest, keepAnswer } from './claim-idempotency-key.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `own`: the route keeps the key itself, in the transaction that does its work. `secret-body`: what is stored of
     * the request to know it again must not let anybody try out what was in it.
     */
    idempotency?: 'own' | 'secret-body';
  }
  interface FastifyRequest {
    /** The claim this request holds on its key, until it is answered. */
    idempotencyClaim: (KeyedRequest & { readonly claim: string }) | null;
  }
}

/** Printable ASCII, as every HTTP client can send it. */
const KEY = /^[\x20-\x7e]{1,255}$/;
const RETRY_AFTER_SECONDS = 1;

/**
 * Honours `Idempotency-Key` on every POST of `app`: the same key and request get the first answer again, for a day.
 * Only answers of success are kept; what was refused did nothing and may be tried again. Answers are kept sealed,
 * since they may hold a secret that is told once.
 */
export function honourIdempotencyKeys(
  app: FastifyInstance,
  { engine, vault }: { engine: pg.Pool; vault: Vault },
): void {
  app.decorateRequest('idempotencyClaim', null);

  app.addHook('preHandler', async (request, reply) => {
    const key = readIdempotencyKey(request);
    if (key === undefined || request.method !== 'POST' || request.routeOptions.config.idempotency === 'own') return;
    // Keys belong to an organization; who is in none has no place for them.
    if (request.organizationId === '') return;
    const keyed = describe(request, key, vault);
    const outcome = await claimIdempotencyKey(engine, keyed);
    switch (outcome.kind) {
      case 'claimed':
        request.idempotencyClaim = { ...keyed, claim: outcome.claim };
        return;
      case 'answered':
        return replay(reply, outcome.status, vault.open(outcome.sealed, contextOf(keyed)));
      case 'in-progress':
        throw authErrors.idempotency_key_in_progress({ retryAfterSeconds: RETRY_AFTER_SECONDS });
      case 'reused':
        throw authErrors.idempotency_key_reused();
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const claim = request.idempotencyClaim;
    if (claim === null) return payload;
    request.idempotencyClaim = null;
    if (reply.statusCode < 300 && (typeof payload === 'string' || payload === null || payload === undefined)) {
      const sealed = vault.seal(payload ?? '', contextOf(claim));
      await keepAnswer(engine, claim, { status: reply.statusCode, sealed });
    } else {
      await freeIdempotencyKey(engine, claim);
    }
    return payload;
  });
}

/** The key of a request, or undefined where it carries none. Throws for one that is empty, too long or odd. */
export function readIdempotencyKey(request: FastifyRequest): string | undefined {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !KEY.test(given)) throw authErrors.invalid_idempotency_key();
  return given;
}

function describe(request: FastifyRequest, key: string, vault: Vault): KeyedRequest {
  const body = request.body === undefined ? '' : JSON.stringify(request.body);
  const text = `${request.method} ${request.url}\n${body}`;
  const isSecret = request.routeOptions.config.idempotency === 'secret-body';
  return {
    organizationId: request.organizationId,
    // A person's keys are their own: an answer may hold what only they were told.
    keyHash: sha256(request.access.kind === 'api_key' ? key : `${request.access.userId} ${key}`),
    requestHash: isSecret ? vault.digest(text) : sha256(text),
  };
}

function replay(reply: FastifyReply, status: number, payload: string): FastifyReply {
  reply.code(status).header('idempotent-replayed', 'true');
  return payload === '' ? reply.send() : reply.type('application/json; charset=utf-8').serializer(asItIs).send(payload);
}

const asItIs = (payload: unknown) => payload as string;

function contextOf(request: KeyedRequest): string {
  return `${request.organizationId}/idempotency/${request.keyHash.toString('hex')}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
