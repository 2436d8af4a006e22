/**
 * Decides what breaks when: the same seed, length and choice give the same plan.
 *
 * P1  At most two workers are disturbed at a time, so that someone can take over.
 * P2  Each kind that was asked for comes at least once where there is time for it; then they go round again.
 * P3  Nothing begins so late that the load ends before it does.
 * P4  While an event loop is blocked, nothing happens that all workers feel: else nobody could say what came of it.
 */
import type { Random } from '../random.ts';
import {
  API,
  type Fault,
  type FaultKind,
  WIDE_FAULTS,
  type WideFaultKind,
  WORKER_FAULTS,
  WORKERS,
  type WorkerFaultKind,
  type WorkerName,
} from './fault.ts';

export type PlanOptions = {
  readonly random: Random;
  readonly loadMs: number;
  readonly leaseMs: number;
  /** Kinds to choose from. */
  readonly kinds: readonly FaultKind[];
};

const FIRST_AT_MS = 3_000;
const DISTURBED_AT_ONCE = 2;
const GAP_MS = [300, 1_500] as const;
/** Beyond a lease: long enough for P4. */
const WIDE_GAP_MS = [4_500, 8_000] as const;
const API_GAP_MS = [8_000, 14_000] as const;
const API_FAULTS: readonly WideFaultKind[] = ['kill-api', 'drop-accept-answer'];
const SHARED_FAULTS: readonly WideFaultKind[] = WIDE_FAULTS.filter((kind) => !API_FAULTS.includes(kind));
/** The worker that lives in a network namespace, and so the only one whose link can be taken down. */
export const NAMESPACED: WorkerName = 'worker-c';

export function planFaults(options: PlanOptions): readonly Fault[] {
  const { leaseMs } = options;
  const wide = planLane(options, SHARED_FAULTS, [leaseMs + WIDE_GAP_MS[0], leaseMs + WIDE_GAP_MS[1]]);
  const api = planLane(options, API_FAULTS, API_GAP_MS);
  const faults = [...planWorkerFaults(options, wide), ...wide, ...api];
  return faults.sort((one, other) => one.atMs - other.atMs).map((fault, n) => ({ ...fault, n }));
}

type Planned = Omit<Fault, 'n'>;

function planWorkerFaults(
  { random, loadMs, leaseMs, kinds }: PlanOptions,
  wide: readonly Planned[],
): readonly Planned[] {
  const wanted = WORKER_FAULTS.filter((kind) => kinds.includes(kind));
  const faults: Planned[] = [];
  const busyUntil = new Map<WorkerName, number>(WORKERS.map((worker) => [worker, 0]));
  let bag: readonly WorkerFaultKind[] = [];
  for (let at = FIRST_AT_MS; wanted.length > 0 && at < loadMs; at += random.between(...GAP_MS)) {
    const free = WORKERS.filter((worker) => (busyUntil.get(worker) ?? 0) <= at);
    if (WORKERS.length - free.length >= DISTURBED_AT_ONCE) continue;
    const isQuiet = wide.every(
      (fault) => fault.atMs > at + leaseMs + LONGEST_BLOCK_MS || fault.atMs + fault.forMs + RECOVERY_MS < at,
    );
    const fits = (kind: WorkerFaultKind) =>
      (kind !== 'link-down' || free.includes(NAMESPACED)) && (isQuiet || !NEEDS_QUIET.includes(kind));
    if (!bag.some(fits)) bag = [...bag, ...random.shuffle(wanted)];
    const index = bag.findIndex(fits);
    const kind = bag[index];
    if (kind === undefined) continue;
    const target = kind === 'link-down' ? NAMESPACED : random.pick(free);
    const forMs = durationOf(kind, leaseMs, random);
    if (at + forMs > loadMs) continue;
    bag = bag.filter((_, place) => place !== index);
    faults.push({ kind, target, atMs: at, forMs });
    busyUntil.set(target, at + forMs + SETTLE_MS);
  }
  return faults;
}

const NEEDS_QUIET: readonly WorkerFaultKind[] = ['block-event-loop'];

/** Of PostgreSQL and of the connections to it. */
const RECOVERY_MS = 4_000;
/** Beyond a lease. */
const LONGEST_BLOCK_MS = 2_000;
/** After a fault, a worker is left alone for a moment. */
const SETTLE_MS = 2_000;

/** Faults of these kinds, one after the other. */
function planLane(
  { random, loadMs, leaseMs, kinds }: PlanOptions,
  lane: readonly WideFaultKind[],
  gapMs: readonly [number, number],
): readonly Planned[] {
  const wanted = lane.filter((kind) => kinds.includes(kind));
  const faults: Planned[] = [];
  let bag: readonly WideFaultKind[] = [];
  let at = FIRST_AT_MS + random.between(0, gapMs[0]);
  while (wanted.length > 0 && at < loadMs) {
    if (bag.length === 0) bag = random.shuffle(wanted);
    const [kind, ...rest] = bag as [WideFaultKind, ...WideFaultKind[]];
    const forMs = durationOf(kind, leaseMs, random);
    bag = rest;
    const target = API_FAULTS.includes(kind) ? API : 'everyone';
    if (at + forMs <= loadMs) faults.push({ kind, target, atMs: at, forMs });
    at += forMs + random.between(...gapMs);
  }
  return faults;
}

function durationOf(kind: FaultKind, leaseMs: number, random: Random): number {
  switch (kind) {
    case 'kill-worker':
      // Now and then it comes back at once: then it finds its own dead lease.
      return random.chance(0.25) ? random.between(300, 1_500) : leaseMs + random.between(3_000, 5_000);
    case 'freeze-worker':
    case 'blackhole-database':
    case 'link-down':
      return leaseMs + random.between(1_500, 4_000);
    case 'block-event-loop':
      return leaseMs + random.between(1_000, LONGEST_BLOCK_MS);
    case 'skew-clock':
      return random.between(2_000, 6_000);
    case 'cut-database':
      return random.between(500, 3_000);
    case 'delay-database':
    case 'drop-commit-answer':
    case 'drop-accept-answer':
      return random.between(3_000, 5_000);
    case 'kill-api':
      return random.between(200, 1_500);
    case 'stop-postgres':
      return random.between(500, 3_000);
    case 'terminate-backends':
      return 500;
    case 'exhaust-connections':
    case 'fill-disk':
      return random.between(2_500, 4_000);
  }
}
