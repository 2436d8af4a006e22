/**
 * Leaves services alone that ask for it, or that do not answer: for each organization and host by itself, in this
 * process. What is refused here was not sent, and may be tried again at the time that the error names.
 *
 * A service is well → (failures in a row) → left alone → (its time has come: one call tries) → well, or left alone for
 * twice as long. A `Retry-After` of 429 or 503 pauses it without counting against it.
 */
import { LRUCache } from 'lru-cache';
import type { EgressResponse } from './egress.ts';
import { EgressError } from './egress-error.ts';
import { readRetryAfter } from './retry-after.ts';

/** Failures in a row, none longer than `FAILURE_WINDOW_MS` after the one before, after which a service is left alone. */
export const FAILURES_TO_OPEN = 5;
export const FAILURE_WINDOW_MS = 60_000;
/** How long it is left alone at first; twice as long after each call that tried in vain, up to the most. */
export const FIRST_OPEN_MS = 10_000;
export const LONGEST_OPEN_MS = 300_000;
/** A call that tries and does not come back for so long keeps others from trying no longer. */
export const PROBE_PATIENCE_MS = 30_000;
/** A service may ask one call to wait for a day; the others of its organization wait no longer than this for it. */
export const LONGEST_PAUSE_MS = 300_000;
/** Who asks for longer is taken to speak to that one call: a slip in a header must not stop all others. */
const LONGEST_BELIEVED_MS = 43_200_000;
/** Services that are not well, over all organizations; past it those are forgotten that were not called for longest. */
const SERVICES_KEPT = 10_000;

type Trouble = {
  failures: number;
  lastFailureAt: number;
  /** Null: not left alone. */
  openMs: number | null;
  openUntil: number;
  /** When the call that tries began; null: none does. */
  probeSince: number | null;
  pausedUntil: number;
};

export type ServiceGuard = {
  /** `scope`: whose calls these are. Throws an EgressError at once where the service is left alone. */
  readonly call: (
    service: { readonly scope: string; readonly origin: string },
    perform: () => Promise<EgressResponse>,
    signal?: AbortSignal,
  ) => Promise<EgressResponse>;
};

export function createServiceGuard(clock: {
  readonly monotonicMs: () => number;
  readonly now: () => Date;
}): ServiceGuard {
  const services = new LRUCache<string, Trouble>({ max: SERVICES_KEPT });
  const troubleOf = (key: string): Trouble => {
    const known = services.get(key);
    if (known) return known;
    const fresh = { failures: 0, lastFailureAt: 0, openMs: null, openUntil: 0, probeSince: null, pausedUntil: 0 };
    services.set(key, fresh);
    return fresh;
  };

  return {
    call: async ({ scope, origin }, perform, signal) => {
      const key = `${scope} ${origin}`;
      const startedAt = clock.monotonicMs();
      const known = services.get(key);
      const isProbe = known !== undefined && enter(known, origin, startedAt);
      try {
        const response = await perform();
        const at = clock.monotonicMs();
        if (response.status >= 500) noteFailure(troubleOf(key), at, isProbe);
        else noteSuccess(services, key, startedAt, at);
        notePause(response, clock.now(), (pauseMs) => {
          const trouble = troubleOf(key);
          trouble.pausedUntil = Math.max(trouble.pausedUntil, at + pauseMs);
        });
        return response;
      } catch (error) {
        if (isFailure(error, signal)) noteFailure(troubleOf(key), clock.monotonicMs(), isProbe);
        throw error;
      } finally {
        if (isProbe && known.probeSince === startedAt) known.probeSince = null;
      }
    },
  };
}

/** True where this is the call that tries. Throws where the service is to be left alone. */
function enter(trouble: Trouble, host: string, at: number): boolean {
  if (trouble.pausedUntil > at) throw leftAlone(host, 'asked to wait', trouble.pausedUntil - at);
  if (trouble.openMs === null) return false;
  if (trouble.openUntil > at) throw leftAlone(host, 'did not answer several times in a row', trouble.openUntil - at);
  if (trouble.probeSince !== null && at - trouble.probeSince < PROBE_PATIENCE_MS) {
    throw leftAlone(host, 'is being tried by another call', trouble.openMs);
  }
  trouble.probeSince = at;
  return true;
}

function leftAlone(host: string, why: string, waitMs: number): EgressError {
  const seconds = Math.ceil(waitMs / 1000);
  const message = `${host} ${why}; it is left alone for ${seconds} s more.`;
  return new EgressError('egress_service_paused', message, { mayHaveBeenSent: false, retryAfterMs: Math.ceil(waitMs) });
}

function noteFailure(trouble: Trouble, at: number, isProbe: boolean): void {
  if (isProbe) {
    trouble.openMs = Math.min((trouble.openMs ?? FIRST_OPEN_MS) * 2, LONGEST_OPEN_MS);
    trouble.openUntil = at + trouble.openMs;
    return;
  }
  // Calls that were under way when it was given up say nothing new.
  if (trouble.openMs !== null) return;
  trouble.failures = at - trouble.lastFailureAt > FAILURE_WINDOW_MS ? 1 : trouble.failures + 1;
  trouble.lastFailureAt = at;
  if (trouble.failures < FAILURES_TO_OPEN) return;
  trouble.openMs = FIRST_OPEN_MS;
  trouble.openUntil = at + FIRST_OPEN_MS;
}

/** An answer to any call shows that the service is well, but does not take back what it asked for. */
function noteSuccess(services: LRUCache<string, Trouble>, key: string, startedAt: number, at: number): void {
  const trouble = services.get(key);
  if (trouble === undefined) return;
  // What began before it failed is older news.
  if (trouble.openMs !== null && startedAt < trouble.openUntil - trouble.openMs) return;
  if (trouble.pausedUntil <= at) services.delete(key);
  else Object.assign(trouble, { failures: 0, openMs: null, openUntil: 0 });
}

function notePause({ status, headers }: EgressResponse, now: Date, pause: (pauseMs: number) => void): void {
  if (status !== 429 && status !== 503) return;
  const waitMs = readRetryAfter(headers, now);
  if (waitMs && waitMs <= LONGEST_BELIEVED_MS) pause(Math.min(waitMs, LONGEST_PAUSE_MS));
}

/** A call that was ended for taking too long failed; one that was cancelled, or never allowed, tells nothing. */
function isFailure(error: unknown, signal: AbortSignal | undefined): boolean {
  if (!(error instanceof EgressError)) return false;
  if (error.code === 'egress_aborted') return (signal?.reason as Error | undefined)?.name === 'TimeoutError';
  return FAILURES.has(error.code);
}

const FAILURES: ReadonlySet<string> = new Set(['egress_connect', 'egress_timeout', 'egress_connection_lost']);
