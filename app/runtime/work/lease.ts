/**
 * The lease of this worker: one row that says until when its runs are its own.
 *
 * L1  The row is renewed by a thread of its own, so that a blocked event loop does not lose what it holds.
 * L2  No side effect begins after the lease has run out by this machine's own monotonic clock, whether or not the
 *     database can be reached.
 * L3  A renewal counts from the moment before it was sent: the lease kept here ends before the one in the database.
 * L4  Where the main thread shows no sign of life for long, the thread lets the lease go: a worker that hangs for good
 *     must not keep its runs.
 * L5  A lease that has run out is over: it is not renewed, nothing is claimed under it, and its worker takes a new name.
 */
import { Worker } from 'node:worker_threads';
import type { Connection } from '../../platform/db/embedded/start-embedded-postgres.ts';
import { CELLS_BYTES, type LeaseTerms, openLeaseCells } from './lease-cells.ts';
import { type ProcessIdentity, thisProcess } from './process-identity.ts';

export type Lease = {
  readonly workerId: string;
  /** True while this worker may begin side effects. */
  readonly isHeld: () => boolean;
  readonly stop: () => Promise<void>;
};

/** Begins a lease under a new name. `onLost` is called once, when it is over before it was stopped. */
export type TakeLease = (options: { readonly workerId: string; readonly onLost: () => void }) => Promise<Lease>;

export type LeaseThreadOptions = LeaseTerms & {
  readonly connection: Connection | { readonly connectionString: string };
  readonly workerId: string;
  readonly process: ProcessIdentity;
  readonly shared: SharedArrayBuffer;
};

const SIGN_INTERVAL_MS = 500;
const SILENCE_LEASES = 12;

/** Takes leases that a thread renews. */
export function createLeaseTaker(given: {
  readonly connection: LeaseThreadOptions['connection'];
  readonly leaseMs: number;
}): TakeLease {
  return async ({ workerId, onLost }) => {
    const { connection, leaseMs } = given;
    const shared = new SharedArrayBuffer(CELLS_BYTES);
    const terms: LeaseTerms = { leaseMs, silenceMs: leaseMs * SILENCE_LEASES };
    const cells = openLeaseCells(shared, terms);
    cells.showSign();
    const workerData: LeaseThreadOptions = { ...terms, connection, workerId, process: thisProcess(), shared };
    const thread = new Worker(new URL('./lease-thread.ts', import.meta.url), { workerData });
    const started = Promise.withResolvers<void>();
    let state: 'starting' | 'held' | 'over' = 'starting';
    const end = (error: Error) => {
      const wasHeld = state === 'held';
      state = 'over';
      clearInterval(timer);
      started.reject(error);
      if (wasHeld) onLost();
    };
    thread.on('message', (message: 'held' | 'lost') => {
      if (message === 'lost') return end(new Error('The lease was lost as soon as it was taken.'));
      state = 'held';
      started.resolve();
    });
    thread.on('error', end);
    const timer = setInterval(cells.showSign, SIGN_INTERVAL_MS);
    timer.unref();
    await started.promise;
    return {
      workerId,
      isHeld: cells.isHeld,
      stop: async () => {
        state = 'over';
        clearInterval(timer);
        await thread.terminate();
      },
    };
  };
}
