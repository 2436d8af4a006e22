/** G8 timers, G9 schedules. */
import { disturbancesOf, processOf } from './disturbances.ts';
import { type AuditRow, type Evidence, type TickSeen, type Verdict, verdict } from './evidence.ts';
import { groupBy } from './group-by.ts';
import { histogram, percentile, seconds, summarize } from './statistics.ts';

const LATE_MS = 1_000;
const TICK_MS = 2_000;
/** The suite's clock and PostgreSQL's are the same; a commit on its way when the schedules are paused is not late. */
const PAUSE_SLACK_MS = 1_000;

export function checkTimers(evidence: Evidence): Verdict {
  const runs = new Map(evidence.runs.filter((run) => run.workflow === 'timer').map((run) => [run.id, run]));
  const pauses = evidence.steps.filter((step) => step.key === 'pause' && runs.has(step.runId));
  const audit = groupBy(evidence.audit, (row) => row.runId);
  const broken: string[] = [];
  const latenessMs: number[] = [];
  const undisturbedMs: number[] = [];
  let early = 0;
  for (const step of pauses) {
    const run = runs.get(step.runId);
    const finishedAt = run?.finishedAt ?? null;
    if (run === undefined || finishedAt === null) continue;
    const dueAt = step.startedAt + Number(/^PT(\d+)S$/.exec(run.pause ?? '')?.[1]) * 1_000;
    if (finishedAt < dueAt || (step.finishedAt ?? 0) < dueAt) {
      early += 1;
      broken.push(`run ${run.id}: due at ${dueAt}, went on at ${Math.min(finishedAt, step.finishedAt ?? 0)}`);
    }
    latenessMs.push(finishedAt - dueAt);
    if (!isDisturbed(evidence, audit.get(run.id) ?? [], dueAt, finishedAt)) undisturbedMs.push(finishedAt - dueAt);
  }
  const high = percentile(undisturbedMs, 0.99) ?? 0;
  if (high > LATE_MS) broken.push(`undisturbed timers: p99 of their lateness is ${seconds(high)}`);
  return verdict({
    promise: 'G8',
    cases: latenessMs.length,
    title: 'timers fire once, never early',
    figure: `late by ${summarize(undisturbedMs)} undisturbed; ${summarize(latenessMs)} in all; ${early} early`,
    counts: {
      timers: latenessMs.length,
      early,
      p50Ms: percentile(undisturbedMs, 0.5),
      p99Ms: percentile(undisturbedMs, 0.99),
      ...histogram(latenessMs),
    },
    broken,
  });
}

/** True where someone was hit who had to do with it: everyone, or a worker that held it when or after it was due. */
function isDisturbed({ faults }: Evidence, rows: readonly AuditRow[], dueAt: number, finishedAt: number): boolean {
  const { hit, hitAll } = disturbancesOf(faults);
  const from = dueAt - BEFORE_DUE_MS;
  if (hitAll(from, finishedAt)) return true;
  const holders = rows.filter((row) => row.op === 'claim' && row.at >= from);
  return holders.some((row) => hit(processOf(row.app), from, finishedAt));
}

const BEFORE_DUE_MS = 200;

export function checkTicks({ ticks, runs, audit, pausedAt }: Evidence): Verdict {
  const broken: string[] = [];
  const started = groupBy(
    runs.filter((run) => run.workflow.startsWith('tick-')),
    (run) => run.eventId,
  );
  const insertedAt = new Map(audit.filter((row) => row.op === 'insert').map((row) => [row.runId, row.at]));
  let twice = 0;
  for (const [workflow, seen] of groupBy(ticks, (tick) => tick.workflow)) {
    const times = seen.map((tick) => tick.scheduledFor).sort((one, other) => one - other);
    for (const [index, time] of times.entries()) {
      const gap = time - (times[index - 1] ?? time - TICK_MS);
      if (gap === 0) {
        twice += 1;
        broken.push(`${workflow}: the tick of ${time} came twice`);
      } else if (gap % TICK_MS !== 0)
        broken.push(`${workflow}: the tick of ${time} stands ${gap} ms after the one before`);
      else if (workflow === 'tick-all' && gap !== TICK_MS)
        broken.push(`${workflow}: ${gap / TICK_MS - 1} ticks are missing before ${time}`);
    }
    for (const tick of seen) {
      const mine = started.get(tick.eventId) ?? [];
      const firedAt = insertedAt.get(mine[0]?.id ?? '') ?? tick.scheduledFor;
      broken.push(...tickProblems(tick, { runs: mine.length, firedAt, pausedAt }));
    }
  }
  return verdict({
    promise: 'G9',
    cases: ticks.length,
    title: 'each schedule tick at most once',
    figure: `${ticks.length} ticks, ${twice} twice, three schedulers`,
    counts: { ticks: ticks.length, twice },
    broken,
  });
}

type Fired = { readonly runs: number; readonly firedAt: number; readonly pausedAt: number };

function tickProblems({ workflow, scheduledFor }: TickSeen, { runs, firedAt, pausedAt }: Fired): readonly string[] {
  const problems: string[] = [];
  const tick = `${workflow}: the tick of ${scheduledFor}`;
  if (runs !== 1) problems.push(`${tick} has ${runs} runs`);
  if (firedAt < scheduledFor) problems.push(`${tick} came early, at ${firedAt}`);
  if (firedAt > pausedAt + PAUSE_SLACK_MS) problems.push(`${tick} came after the schedule was paused`);
  return problems;
}
