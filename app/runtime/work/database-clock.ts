/**
 * The database's clock, read without asking it each time: its last answer plus the time that has passed here since.
 * An answer is older than the moment it arrives, so this clock is never ahead of the database's: no timer fires early.
 */
export type DatabaseClock = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly observe: (databaseMs: number) => void;
};

export function createDatabaseClock(monotonicMs: () => number): DatabaseClock {
  let offset = Number.NEGATIVE_INFINITY;
  return {
    now: () => Math.floor(monotonicMs() + offset),
    observe: (databaseMs) => {
      offset = databaseMs - monotonicMs();
    },
  };
}
