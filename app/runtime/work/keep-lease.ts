import type { LeaseCells } from './lease-cells.ts';

export type LeaseKeeping = {
  readonly cells: LeaseCells;
  readonly leaseMs: number;
  readonly monotonicNs: () => bigint;
  readonly pause: (ms: number) => Promise<void>;
  /** Makes the worker's row. */
  readonly begin: () => Promise<boolean>;
  /** False where the lease has run out. Throws where the database cannot be reached. */
  readonly renew: () => Promise<boolean>;
  /** Called after a renewal that failed. Never throws. */
  readonly reconnect: () => Promise<void>;
  readonly onHeld: () => void;
};

/**
 * Shares of the lease. Renewed at its half, a worker that dies has three quarters left at the median: renewed more
 * often it would keep its runs from others for longer. After a failed renewal there is time for nine more.
 */
const RENEW_AFTER = 1 / 2;
const TRY_AGAIN_AFTER = 1 / 20;
const SHORTEST_PAUSE_MS = 50;

/** Keeps a worker's lease until it has run out or the worker falls silent; resolves when it is lost. See lease.ts. */
export async function keepLease(keeping: LeaseKeeping): Promise<void> {
  const { cells, leaseMs, monotonicNs, begin, renew } = keeping;
  const extendBy = async (request: () => Promise<boolean>) => {
    const sentNs = monotonicNs();
    const held = await request();
    if (held) cells.extend(sentNs);
    return held;
  };
  if (await extendBy(begin)) {
    keeping.onHeld();
    let held = true;
    let wait = RENEW_AFTER;
    while (held) {
      await keeping.pause(Math.max(SHORTEST_PAUSE_MS, leaseMs * wait));
      try {
        held = !cells.isSilent() && (await extendBy(renew));
        wait = RENEW_AFTER;
      } catch {
        // The database is away. The lease runs out by itself unless a later try succeeds.
        wait = TRY_AGAIN_AFTER;
        await keeping.reconnect();
      }
    }
  }
  cells.lose();
}
