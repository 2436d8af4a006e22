/**
 * What the worker and the keeper of its lease share, also across threads: until when the lease is held by this
 * machine's monotonic clock, when the worker last showed a sign of life, and whether the lease was lost.
 */
export type LeaseCells = {
  /** True while the worker may begin side effects. */
  readonly isHeld: () => boolean;
  /** The lease was renewed by a request that was sent at `sentNs`. */
  readonly extend: (sentNs: bigint) => void;
  readonly showSign: () => void;
  /** True where the last sign of life is too old. */
  readonly isSilent: () => boolean;
  readonly lose: () => void;
};

export type LeaseTerms = {
  readonly leaseMs: number;
  /** Longest silence of the worker. */
  readonly silenceMs: number;
};

export const CELLS_BYTES = 3 * BigInt64Array.BYTES_PER_ELEMENT;
const LEASE_END = 0;
const LAST_SIGN = 1;
const LOST = 2;
const NS_PER_MS = 1_000_000;

export function openLeaseCells(
  shared: SharedArrayBuffer,
  terms: LeaseTerms,
  monotonicNs: () => bigint = process.hrtime.bigint,
): LeaseCells {
  const cells = new BigInt64Array(shared);
  const leaseNs = BigInt(terms.leaseMs * NS_PER_MS);
  const silenceNs = BigInt(terms.silenceMs * NS_PER_MS);
  return {
    isHeld: () => Atomics.load(cells, LOST) === 0n && monotonicNs() < Atomics.load(cells, LEASE_END),
    extend: (sentNs) => void Atomics.store(cells, LEASE_END, sentNs + leaseNs),
    showSign: () => void Atomics.store(cells, LAST_SIGN, monotonicNs()),
    isSilent: () => monotonicNs() - Atomics.load(cells, LAST_SIGN) > silenceNs,
    lose: () => void Atomics.store(cells, LOST, 1n),
  };
}
