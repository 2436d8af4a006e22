/**
 * The lease of this worker: one row that says until when its runs are its own.
 *
 * L1  The row is renewed by a thread of its own, so that a blocked event loop does not lose what it holds.
 * L2  No side effect begins after the lease has run out by this machine's own monotonic clock, whether or not the
 *     database can be reached.
 * L3  A renewal counts from the moment before it was sent: the lease kept here ends before the one in the database.
 * L4  Where the main thread shows no sign of life for long, the thread lets the lease go: a worker that hangs for good
 *     must not keep its runs.
 */
import { Worker } from 'node:worker_threads';
import type { Connection } from '../../platform/db/embedded/start-embedded-postgres.ts';
import { type ProcessIdentity, thisProcess } from './process-identity.ts';

export type Lease = {
  readonly workerId: string;
  /** True while this worker may begin side effects. */
  readonly isHeld: () => boolean;
  readonly stop: () => Promise<void>;
};

/** What the thread and the main thread share: [lease end in monotonic ns, last sign of life in monotonic ns, lost]. */
export const LEASE_END = 0;
export const LAST_SIGN = 1;
export const LOST = 2;

export type LeaseThreadOptions = {
  readonly connection: Connection | { readonly connectionString: string };
  readonly workerId: string;
  readonly leaseMs: number;
  readonly process: ProcessIdentity;
  /** Longest silence of the main thread. */
  readonly silenceMs: number;
  readonly shared: SharedArrayBuffer;
};

const SIGN_INTERVAL_MS = 500;
const SILENCE_LEASES = 12;

export async function takeLease(options: {
  readonly connection: LeaseThreadOptions['connection'];
  readonly workerId: string;
  readonly leaseMs: number;
  readonly onLost: () => void;
}): Promise<Lease> {
  const { workerId, leaseMs, connection } = options;
  const shared = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT);
  const cells = new BigInt64Array(shared);
  const sign = () => Atomics.store(cells, LAST_SIGN, process.hrtime.bigint());
  sign();
  const workerData: LeaseThreadOptions = {
    connection,
    workerId,
    leaseMs,
    process: thisProcess(),
    silenceMs: leaseMs * SILENCE_LEASES,
    shared,
  };
  const thread = new Worker(new URL('./lease-thread.ts', import.meta.url), { workerData });
  const started = Promise.withResolvers<void>();
  let stopping = false;
  thread.on('message', (message: 'held' | 'lost') => {
    if (message === 'held') started.resolve();
    else if (!stopping) options.onLost();
  });
  thread.on('error', (error) => {
    started.reject(error);
    if (!stopping) options.onLost();
  });
  const timer = setInterval(sign, SIGN_INTERVAL_MS);
  timer.unref();
  await started.promise;
  return {
    workerId,
    isHeld: () => Atomics.load(cells, LOST) === 0n && process.hrtime.bigint() < Atomics.load(cells, LEASE_END),
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      await thread.terminate();
    },
  };
}
