import type { RateLimitOptions } from '../../../app/platform/rate-limit/rate-limits.ts';

/** So many requests that no test meets the limit: what answers it are other tests. */
const MANY = 1_000_000_000;
export const UNLIMITED: RateLimitOptions = {
  perAddress: MANY,
  perApiKey: MANY,
  perHook: MANY,
  perIntake: MANY,
  wrongKeys: MANY,
};
