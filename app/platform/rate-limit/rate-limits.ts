/**
 * How much one caller may ask of one process. Counted in memory, in windows of ten seconds, for the 5,000 callers heard
 * of last: with several processes behind a balancer the limits add up. They keep one caller from crowding out others;
 * what the database and the intake can bear is theirs to say, with 503.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { HttpServer } from '../http/http-server.ts';
import { createKeyAttempts, type KeyAttempts } from './key-attempts.ts';
import { rateLimitErrors } from './rate-limit-errors.ts';
import { senderAddress } from './sender-address.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `intake`: takes events in, of which many may rightly come; counted apart. */
    limitedAs?: 'intake';
  }
  interface FastifyRequest {
    /** The id of the API key or person that a request comes with; empty before authentication. */
    callerKey: string;
  }
}

export type RateLimits = {
  /** Before authentication: all that comes from one address. */
  readonly perAddress: onRequestAsyncHookHandler;
  /** After authentication: all that is done with one API key, or by one person. */
  readonly perApiKey: onRequestAsyncHookHandler;
  /** All that comes to one webhook; senders share addresses, so those say nothing. */
  readonly perHook: onRequestAsyncHookHandler;
  readonly keyAttempts: KeyAttempts;
};

/** Most requests in a window, and most wrong keys of one address in theirs. */
export type RateLimitOptions = {
  readonly perAddress: number;
  readonly perApiKey: number;
  /** Of events, by one API key or from one address. */
  readonly perIntake: number;
  readonly perHook: number;
  readonly wrongKeys: number;
};

export const DEFAULT_RATE_LIMITS: RateLimitOptions = {
  perAddress: 100_000,
  perApiKey: 50_000,
  perIntake: 200_000,
  perHook: 200_000,
  wrongKeys: 20,
};

const WINDOW_MS = 10_000;
const WRONG_KEYS_WINDOW_MS = 60_000;

/** Makes the limits; whoever adds routes puts the hooks where they belong. */
export async function createRateLimits(
  server: HttpServer,
  options: RateLimitOptions = DEFAULT_RATE_LIMITS,
): Promise<RateLimits> {
  await server.register(rateLimit, { global: false });
  server.decorateRequest('callerKey', '');
  const limit = (max: number, keyOf: (request: FastifyRequest) => string) => {
    const count = server.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator: keyOf });
    return async (request: FastifyRequest) => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return;
      const detail = { max, seconds: WINDOW_MS / 1000 };
      throw rateLimitErrors.too_many_requests(detail, { retryAfterSeconds: counted.ttlInSeconds });
    };
  };
  const apart = (max: number, keyOf: (request: FastifyRequest) => string): onRequestAsyncHookHandler => {
    const intake = limit(options.perIntake, keyOf);
    const rest = limit(max, keyOf);
    return async (request) => (request.routeOptions.config.limitedAs === 'intake' ? intake(request) : rest(request));
  };
  return {
    perAddress: apart(options.perAddress, senderAddress),
    perApiKey: apart(options.perApiKey, (request) => request.callerKey),
    perHook: limit(options.perHook, (request) => (request.params as { readonly token?: string }).token ?? ''),
    keyAttempts: createKeyAttempts(
      server.createRateLimit({
        max: options.wrongKeys,
        timeWindow: WRONG_KEYS_WINDOW_MS,
        keyGenerator: senderAddress,
      }),
    ),
  };
}
