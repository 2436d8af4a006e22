import type { FastifyInstance, FastifyRequest } from 'fastify';
import { identityErrors } from './identity-errors.ts';

/** Most attempts to sign in and the like, in a window each. */
export type AttemptLimits = {
  /** From one network address. */
  readonly perAddress: number;
  /** For one account from one network address. */
  readonly perAccountAndAddress: number;
  /** For one account, from wherever: far more, so that nobody can lock an owner out with ease. */
  readonly perAccount: number;
};

export const DEFAULT_ATTEMPT_LIMITS: AttemptLimits = { perAddress: 60, perAccountAndAddress: 10, perAccount: 100 };

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;

/**
 * A hook that counts attempts on accounts before anything is looked up or hashed. Known and unknown accounts count
 * alike. `createRateLimits` must have been called on the server before.
 */
export function countAttempts(
  server: FastifyInstance,
  limits: AttemptLimits = DEFAULT_ATTEMPT_LIMITS,
): (request: FastifyRequest) => Promise<void> {
  const count = (max: number, timeWindow: number, keyOf: (request: FastifyRequest) => string) =>
    server.createRateLimit({ max, timeWindow, keyGenerator: keyOf });
  const byAddress = count(limits.perAddress, MINUTE_MS, ({ ip }) => ip);
  const byBoth = count(limits.perAccountAndAddress, MINUTE_MS, (request) => `${request.ip} ${accountOf(request)}`);
  const byAccount = count(limits.perAccount, QUARTER_MS, accountOf);
  return async (request) => {
    const counters = accountOf(request) === '' ? [byAddress] : [byAddress, byBoth, byAccount];
    for (const counter of counters) {
      const counted = await counter(request);
      if (counted.isAllowed || !counted.isExceeded) continue;
      throw identityErrors.too_many_attempts({ retryAfterSeconds: counted.ttlInSeconds });
    }
  };
}

function accountOf({ body }: FastifyRequest): string {
  const { email } = (body ?? {}) as { readonly email?: unknown };
  return typeof email === 'string' ? email.toLowerCase() : '';
}
