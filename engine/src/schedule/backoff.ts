/** How long to wait before the next attempt of a failed step. */
import type { Retry } from '../definition/format.ts';
import { nominalMs } from './duration.ts';

/** `attempts` counts every try, the first included: waits of about 1 s and 2 s (then 4 s, 8 s … where more are allowed). */
export const DEFAULT_RETRY = {
  attempts: 3,
  backoff: 'exponential',
  initial: 'PT1S',
  max: 'PT1M',
} as const satisfies Required<Retry>;

/**
 * Milliseconds to wait after attempt number `attempt` (from 1) failed; null where it was the last.
 * The wait that `retry` names is shortened at random to between half and all of it, so that steps that failed
 * together do not come back together. A service's `Retry-After` is the least to wait, within `max`.
 * `random` is at least 0 and below 1.
 */
export function backoffDelayMs(args: {
  readonly retry: Retry;
  readonly attempt: number;
  readonly random: number;
  readonly retryAfterMs?: number;
}): number | null {
  const { retry, attempt, random, retryAfterMs = 0 } = args;
  if (attempt >= (retry.attempts ?? DEFAULT_RETRY.attempts)) return null;
  const initialMs = nominalMs(retry.initial ?? DEFAULT_RETRY.initial);
  // Who asks for a long first wait and names no limit wants that wait, not the default limit.
  const maxMs = retry.max === undefined ? Math.max(initialMs, nominalMs(DEFAULT_RETRY.max)) : nominalMs(retry.max);
  const planned = Math.min(maxMs, initialMs * growth(retry.backoff ?? DEFAULT_RETRY.backoff, attempt));
  const jittered = planned * (0.5 + random / 2);
  return Math.round(Math.min(maxMs, Math.max(jittered, retryAfterMs)));
}

/** A number from 0 up to, not including, 1 that depends on the text alone: the same seed always gives the same. */
export function seededRandom(seed: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  }
  // Neighbouring seeds (`run/step/1`, `run/step/2`) must not give neighbouring numbers.
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function growth(backoff: NonNullable<Retry['backoff']>, attempt: number): number {
  switch (backoff) {
    case 'fixed':
      return 1;
    case 'linear':
      return attempt;
    case 'exponential':
      return 2 ** (attempt - 1);
  }
}
