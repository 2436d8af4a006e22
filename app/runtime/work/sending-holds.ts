/** Whose sending steps wait for a person, since a backup was restored. */
import type pg from 'pg';

export type SendingHolds = {
  /** Reads them afresh. */
  readonly read: () => Promise<void>;
  readonly holdsAny: () => boolean;
  /** When a sending step of the organization is to ask again, milliseconds since the epoch; undefined: it may send. */
  readonly heldUntil: (organizationId: string, now: number) => number | undefined;
};

/** Each held run is taken up so often, to find out that it is still held. */
const RECHECK_MS = 60_000;

/**
 * Held in memory, so that it costs nothing where nothing is held. Safe, since rows only ever come by a restore into an
 * empty database, which no worker has a lease in: what was read can only become less.
 */
export function createSendingHolds(engine: pg.Pool, recheckMs: number = RECHECK_MS): SendingHolds {
  let held: ReadonlySet<string> = new Set();
  return {
    read: async () => {
      const { rows } = await engine.query<{ org_id: string }>('select org_id from sending_holds');
      held = new Set(rows.map((row) => row.org_id));
    },
    holdsAny: () => held.size > 0,
    heldUntil: (organizationId, now) => (held.has(organizationId) ? now + recheckMs : undefined),
  };
}
