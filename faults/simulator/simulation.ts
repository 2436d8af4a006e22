/** One seed from its beginning to its end: builds the site, lets the storm pass, waits until all has ended. */
import { buildSite, type Tell } from './build-site.ts';
import { allInvariants } from './invariants/all-invariants.ts';
import type { Invariant, Violation } from './invariants/invariant.ts';
import { createRandom } from './random.ts';
import type { MetFault, PlantedFault, Site } from './site.ts';
import { commitLine } from './trace.ts';
import { startFleet } from './world/fleet.ts';
import { type People, startPeople } from './world/people.ts';
import { type Senders, startSenders } from './world/senders.ts';
import { createDamage, type Damage, startStorm } from './world/storm.ts';

export type SimulationResult = {
  readonly seed: number;
  /** The first stands for all: the simulation ends with it. */
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  readonly counts: SimulationCounts;
};

export type SimulationCounts = {
  readonly steps: number;
  readonly simulatedMs: number;
  readonly runs: number;
  readonly calls: number;
  readonly commits: number;
  readonly met: Readonly<Partial<Record<MetFault, number>>>;
};

export type SimulationOptions = { readonly planted?: PlantedFault; readonly isTraced?: boolean };

const LONGEST_CALM_MS = 240_000;
/** What was frozen thaws, what was on its way arrives. */
const AFTERMATH_MS = 5_000;

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const random = createRandom(seed);
  const stormMs = random.between(2_000, 20_000);
  const damage = createDamage();
  const counts = createCounts();
  const listeners: Invariant[] = [counts.listener];
  const trace: string[] = [];
  const people: { current: People | null } = { current: null };
  const { site, tell } = buildSite({
    ...{ random, stormMs, damage, listeners, planted: options.planted ?? null },
    met: counts.met,
    lines: options.isTraced === true ? trace : null,
    isDisturbed: (runId) => people.current?.isDisturbed(runId) ?? false,
  });
  const violations = watch(site, listeners);
  const { senders, ...others } = populate(site, tell, damage, listeners);
  people.current = others.people;
  const steps = await runToEnd(site, senders, violations, stormMs);
  if (violations.length === 0) tell('atEnd');
  const simulatedMs = site.scheduler.nowMs();
  return { seed, violations, trace, counts: { ...counts.read(), steps, simulatedMs } };
}

/** Runs the world until everything has ended, or nothing more may be expected of it. */
async function runToEnd(
  { scheduler, tables, isStormy }: Site,
  senders: Senders,
  violations: readonly Violation[],
  stormMs: number,
): Promise<number> {
  let steps = 0;
  let calmMs = Number.POSITIVE_INFINITY;
  while (violations.length === 0 && (await scheduler.step())) {
    steps += 1;
    const isEmpty = tables.runs.slots.size === 0 && !isStormy() && senders.areDone();
    calmMs = isEmpty ? Math.min(calmMs, scheduler.nowMs()) : Number.POSITIVE_INFINITY;
    if (scheduler.nowMs() > calmMs + AFTERMATH_MS || scheduler.nowMs() > stormMs + LONGEST_CALM_MS) break;
  }
  return steps;
}

function watch(site: Site, listeners: Invariant[]): readonly Violation[] {
  const violations: Violation[] = [];
  listeners.push({ onCommit: (commit) => site.trace(() => commitLine(commit)) });
  for (const [invariant, create] of Object.entries(allInvariants)) {
    const fail = (what: string) => void violations.push({ invariant, what, atMs: site.scheduler.nowMs() });
    listeners.push(create({ site, fail }));
  }
  return violations;
}

function populate(
  site: Site,
  tell: Tell,
  damage: Damage,
  listeners: Invariant[],
): { readonly senders: Senders; readonly people: People } {
  const fleet = startFleet(site, 1 + site.random.below(3));
  listeners.push(startStorm(site, fleet, damage));
  const people = startPeople(site, fleet, (runId, what) => tell('onRepeatAllowed', runId, what));
  const senders = startSenders(site, fleet, (accepted) => {
    site.trace(() => `accepted ${accepted.eventId} for ${accepted.runIds.join()}`);
    tell('onAccepted', accepted);
  });
  return { senders, people };
}

function createCounts() {
  const met: Partial<Record<MetFault, number>> = {};
  const seen = { calls: 0, commits: 0, runs: 0 };
  const listener: Invariant = {
    onCall: () => {
      seen.calls += 1;
    },
    onCommit: (commit) => {
      seen.commits += 1;
      const started = commit.changes.filter(({ table, before }) => table === 'runs' && before === undefined);
      seen.runs += started.length;
    },
  };
  return {
    listener,
    met: (fault: MetFault) => {
      met[fault] = (met[fault] ?? 0) + 1;
    },
    read: () => ({ ...seen, met }),
  };
}
