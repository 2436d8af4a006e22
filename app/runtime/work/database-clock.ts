/**
 * The database's clock, read without asking it each time: what it answered plus the time that has passed here since.
 * An answer is older than the moment it arrives, so this clock is never ahead of the database's: no timer fires early.
 * The quickest answer of the last seconds counts, since a slow one would set this clock back.
 */
export type DatabaseClock = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly observe: (databaseMs: number) => void;
};

/** Answers count for one to two of these: then the clocks may have drifted apart, or the database's was set back. */
const WINDOW_MS = 10_000;

export function createDatabaseClock(monotonicMs: () => number): DatabaseClock {
  let offset = Number.NEGATIVE_INFINITY;
  let offsetBefore = Number.NEGATIVE_INFINITY;
  let windowStart = monotonicMs();
  return {
    now: () => Math.floor(monotonicMs() + Math.max(offset, offsetBefore)),
    observe: (databaseMs) => {
      const now = monotonicMs();
      const windows = Math.floor((now - windowStart) / WINDOW_MS);
      if (windows > 0) {
        offsetBefore = windows === 1 ? offset : Number.NEGATIVE_INFINITY;
        offset = Number.NEGATIVE_INFINITY;
        windowStart = now;
      }
      offset = Math.max(offset, databaseMs - now);
    },
  };
}
