/** G7: how soon others go on with what a killed worker held, and everyone with their work after PostgreSQL returned. */
import type { InjectedFault } from '../inject/inject-fault.ts';
import { holderAt } from './check-leases.ts';
import { disturbancesOf } from './disturbances.ts';
import { type AuditRow, type Evidence, type Verdict, verdict } from './evidence.ts';
import { groupBy } from './group-by.ts';
import { histogram, percentile, seconds, summarize } from './statistics.ts';

/** The promise is made for the default lease; with a shorter one there is less to wait for. */
const PROMISED = { leaseMs: 10_000, middleMs: 8_000, highMs: 15_000 };
const SHORT = { middleMs: 1_000, highMs: 5_000 };
const AFTER_POSTGRES_MS = 10_000;

export function checkRecovery(evidence: Evidence): Verdict {
  const { faults, leaseMs } = evidence;
  const kills = faults.filter((fault) => fault.kind === 'kill-worker' && fault.met);
  const others = disturbancesOf(faults.filter((fault) => fault.kind !== 'kill-worker'));
  const byRun = groupBy(evidence.audit, (row) => row.runId);
  const tookMs: number[] = [];
  const broken: string[] = [];
  let held = 0;
  for (const kill of kills) {
    for (const [runId, rows] of byRun) {
      if (holderAt(rows, kill.startedAt)?.app !== kill.life) continue;
      const after = rows.filter((row) => row.at > kill.startedAt);
      // What it had sent before it died may still have been committed.
      if (after.some((row) => row.app === kill.life && !row.held)) continue;
      const next = after.find((row) => row.op === 'claim');
      // Without a database nobody could have taken it.
      if (others.hitAll(kill.startedAt, next?.at ?? kill.startedAt)) continue;
      held += 1;
      if (next) tookMs.push(next.at - kill.startedAt);
      else broken.push(`run ${runId}: held by ${kill.life}, which was killed, and never claimed again`);
    }
  }
  const isShort = leaseMs < PROMISED.leaseMs;
  const [mostMiddle, mostHigh] = isShort
    ? [leaseMs + SHORT.middleMs, leaseMs + SHORT.highMs]
    : [PROMISED.middleMs, PROMISED.highMs];
  const [middle, high] = [percentile(tookMs, 0.5) ?? 0, percentile(tookMs, 0.99) ?? 0];
  if (middle > mostMiddle) broken.push(`p50 is ${seconds(middle)}, more than ${seconds(mostMiddle)}`);
  if (high > mostHigh) broken.push(`p99 is ${seconds(high)}, more than ${seconds(mostHigh)}`);
  return verdict({
    promise: 'G7',
    cases: held,
    title: "a killed worker's runs resume elsewhere",
    figure: `${summarize(tookMs)} runs, ${kills.length} kills, lease ${seconds(leaseMs)}`,
    counts: {
      kills: kills.length,
      held,
      p50Ms: percentile(tookMs, 0.5),
      p99Ms: percentile(tookMs, 0.99),
      ...histogram(tookMs),
    },
    broken,
  });
}

/** From the moment at which PostgreSQL takes connections again until each worker has changed a run. */
export function checkPostgresReturn(evidence: Evidence): Verdict {
  const { faults, audit, operations } = evidence;
  const returns = faults.filter(
    (fault) =>
      (fault.kind === 'stop-postgres' || fault.kind === 'fill-disk') && fault.met && isQuietAfter(faults, fault),
  );
  const tookMs: number[] = [];
  const broken: string[] = [];
  for (const { endedAt, kind } of returns) {
    const first = firstPerLife(audit, endedAt);
    const next = operations
      .map((operation) => operation.acceptedAt ?? 0)
      .filter((at) => at > endedAt)
      .reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
    const all = [
      ...first.map(([life, at]) => [life, at - endedAt] as const),
      ['an accepted post', next - endedAt] as const,
    ];
    for (const [who, ms] of all) {
      if (!Number.isFinite(ms)) continue;
      tookMs.push(ms);
      if (ms > AFTER_POSTGRES_MS) broken.push(`${seconds(ms)} after ${kind} until the first sign of ${who}`);
    }
  }
  return verdict({
    promise: 'G7 database',
    cases: returns.length,
    title: 'work goes on after PostgreSQL returns',
    figure: `${summarize(tookMs)} signs, ${returns.length} returns`,
    counts: {
      returns: returns.length,
      p50Ms: percentile(tookMs, 0.5),
      p99Ms: percentile(tookMs, 0.99),
      ...histogram(tookMs),
    },
    broken,
  });
}

/** Nobody could come back sooner where the next thing that everyone feels follows at once. */
function isQuietAfter(faults: readonly InjectedFault[], { n, endedAt }: InjectedFault): boolean {
  const { hitAll } = disturbancesOf(faults.filter((fault) => fault.n !== n && fault.startedAt >= endedAt));
  return !hitAll(endedAt, endedAt + AFTER_POSTGRES_MS / 2);
}

/** Of each life that shows itself within a while, the first change it made. */
function firstPerLife(audit: readonly AuditRow[], after: number): readonly (readonly [string, number])[] {
  const first = new Map<string, number>();
  for (const row of audit) {
    if (row.at <= after || row.at > after + WATCHED_MS || !row.app.startsWith('worker')) continue;
    if (!first.has(row.app)) first.set(row.app, row.at);
  }
  return [...first];
}

const WATCHED_MS = 12_000;

/** A worker that was frozen or cut off works again soon: it notices connections that are dead, and takes a new lease. */
export function checkWorkerReturn({ faults, audit, operations }: Evidence): Verdict {
  const lastSentAt = operations.reduce((most, operation) => Math.max(most, operation.sentAt), 0);
  const returns = faults.filter(
    (fault) => CUT_OFF.includes(fault.kind) && fault.met && fault.endedAt + WATCHED_MS < lastSentAt,
  );
  const tookMs: number[] = [];
  const broken: string[] = [];
  const disturbed = (fault: InjectedFault, until: number) =>
    disturbancesOf(faults.filter((each) => each.n !== fault.n && each.startedAt > fault.startedAt)).hit(
      fault.target,
      fault.endedAt,
      until,
    );
  for (const fault of returns) {
    const sign = audit.find((row) => row.app === fault.life && row.at > fault.endedAt);
    const until = sign?.at ?? fault.endedAt + WATCHED_MS;
    if (disturbed(fault, until)) continue;
    tookMs.push(until - fault.endedAt);
    if (until - fault.endedAt > AFTER_CUT_MS) {
      broken.push(`${fault.life}: no sign for ${seconds(until - fault.endedAt)} after ${fault.kind}`);
    }
  }
  return verdict({
    promise: 'return',
    cases: tookMs.length,
    title: 'a worker that was frozen or cut off works again within 10 s',
    figure: `${summarize(tookMs)} returns`,
    counts: { returns: tookMs.length, p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99) },
    broken,
  });
}

const CUT_OFF: readonly string[] = ['freeze-worker', 'cut-database', 'blackhole-database', 'link-down'];
const AFTER_CUT_MS = 10_000;
