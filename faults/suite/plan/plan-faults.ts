/**
 * Decides what breaks when: the same seed, length and choice give the same plan.
 *
 * P1  At most two workers are disturbed at a time, so that someone can take over.
 * P2  Each kind that was asked for comes at least once where there is time for it; then they go round again.
 * P3  Nothing begins so late that the load ends before it does.
 * P4  While an event loop is blocked, nothing happens that all workers feel: else nobody could say what came of it.
 */
import type { Random } from '../random.ts';
import { API, type Fault, type FaultKind, WIDE_FAULTS, WORKER_FAULTS, WORKERS, type WorkerName } from './fault.ts';

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
/** Long enough for PostgreSQL and the connections to it to recover: P4. */
const SHARED_GAP_MS = [4_500, 7_500] as const;
const FIRST_GAP_MS = 5_000;
const API_GAP_MS = [8_000, 14_000] as const;
const API_FAULTS: readonly FaultKind[] = ['kill-api', 'drop-accept-answer'];
/** One after the other, and so never at the same time: P4. */
const SHARED_LANE: readonly FaultKind[] = [
  ...WIDE_FAULTS.filter((kind) => !API_FAULTS.includes(kind)),
  'block-event-loop',
];
const WORKER_LANES: readonly FaultKind[] = WORKER_FAULTS.filter((kind) => !SHARED_LANE.includes(kind));
/** The worker that lives in a network namespace, and so the only one whose link can be taken down. */
export const NAMESPACED: WorkerName = 'worker-c';

export function planFaults(options: PlanOptions): readonly Fault[] {
  const shared = planLane(options, SHARED_LANE, SHARED_GAP_MS);
  const api = planLane(options, API_FAULTS, API_GAP_MS);
  const faults = [...planWorkerFaults(options, shared), ...shared, ...api];
  return faults.sort((one, other) => one.atMs - other.atMs).map((fault, n) => ({ ...fault, n }));
}

type Planned = Omit<Fault, 'n'>;

/** `booked`: what is planned already. */
function planWorkerFaults(
  { random, loadMs, leaseMs, kinds }: PlanOptions,
  booked: readonly Planned[],
): readonly Planned[] {
  const wanted = WORKER_LANES.filter((kind) => kinds.includes(kind));
  const faults: Planned[] = [];
  let bag: readonly FaultKind[] = [];
  for (let at = FIRST_AT_MS; wanted.length > 0 && at < loadMs; at += random.between(...GAP_MS)) {
    if (bag.length === 0) bag = random.shuffle(wanted);
    for (const kind of bag) {
      const forMs = durationOf(kind, leaseMs, random);
      const others = [...faults, ...booked].filter((fault) => overlaps(fault, at, at + forMs + SETTLE_MS));
      const disturbed = new Set(others.map((fault) => fault.target).filter((target) => target !== 'everyone'));
      const free = WORKERS.filter(
        (worker) => !disturbed.has(worker) && (kind !== 'link-down' || worker === NAMESPACED),
      );
      if (disturbed.size >= DISTURBED_AT_ONCE || free.length === 0 || at + forMs > loadMs) continue;
      bag = bag.filter((each) => each !== kind);
      faults.push({ kind, target: random.pick(free), atMs: at, forMs });
      break;
    }
  }
  return faults;
}

function overlaps({ atMs, forMs }: Planned, from: number, to: number): boolean {
  return atMs <= to && atMs + forMs + SETTLE_MS >= from;
}

/** Beyond a lease. */
const LONGEST_BLOCK_MS = 2_000;
/** After a fault, a worker is left alone for a moment. */
const SETTLE_MS = 2_000;

/** Faults of these kinds, one after the other. */
function planLane(
  { random, loadMs, leaseMs, kinds }: PlanOptions,
  lane: readonly FaultKind[],
  gapMs: readonly [number, number],
): readonly Planned[] {
  const wanted = lane.filter((kind) => kinds.includes(kind));
  const faults: Planned[] = [];
  let bag: readonly FaultKind[] = [];
  let at = FIRST_AT_MS + random.between(0, FIRST_GAP_MS);
  while (wanted.length > 0 && at < loadMs) {
    if (bag.length === 0) bag = random.shuffle(wanted);
    const [kind, ...rest] = bag as [FaultKind, ...FaultKind[]];
    const forMs = durationOf(kind, leaseMs, random);
    bag = rest;
    const target = targetOf(kind, random);
    if (at + forMs <= loadMs) faults.push({ kind, target, atMs: at, forMs });
    at += forMs + random.between(...gapMs);
  }
  return faults;
}

function targetOf(kind: FaultKind, random: Random): Fault['target'] {
  if (API_FAULTS.includes(kind)) return API;
  return kind === 'block-event-loop' ? random.pick(WORKERS) : 'everyone';
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
