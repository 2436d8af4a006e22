/**
 * Throughput: as many webhooks as the server takes, until all their runs stand in history. Mainspring and the ceiling
 * take turns, so that what else the machine does meets both; the ratio is that of each pair.
 */
import { type Ceiling, countEnded } from '../ceiling.ts';
import { lead } from '../lead.ts';
import { sendClosed } from '../load.ts';
import { countFinished, type Hooks, type Mainspring } from '../mainspring.ts';
import type { Look } from '../postgres.ts';
import { ownCpuSeconds, residentMb, treeCpuSeconds } from '../process-cost.ts';
import type { Row } from '../report.ts';
import { median } from '../statistics.ts';
import { STEPS_PER_RUN } from '../three-steps.ts';

const ROUNDS = 3;
const RUNS = 20_000;
/** Until the compiler of V8 has seen the hot paths. */
const WARM_UP = 8_000;
const POLL_MS = 15;

type Subject = {
  readonly origin: string;
  readonly pathOf: () => string;
  readonly pid: number;
  readonly postgresPid: number;
  readonly countEnded: () => Promise<number>;
};

type Pair = { readonly ceiling: Round; readonly mainspring: Round };

type Round = {
  readonly acceptedPerSecond: number;
  readonly completedPerSecond: number;
  readonly serverCpu: number | null;
  readonly postgresCpu: number | null;
  readonly loadCpu: number;
};

export async function measureThroughput(
  mainspring: { readonly server: Mainspring; readonly hooks: Hooks; readonly look: Look },
  ceiling: { readonly server: Ceiling; readonly look: Look },
): Promise<readonly Row[]> {
  const { server, hooks, look } = mainspring;
  const ours: Subject = {
    origin: server.url,
    pathOf: () => hooks.accepted,
    pid: server.pid,
    postgresPid: look.pid,
    countEnded: () => countFinished(server),
  };
  const theirs: Subject = {
    origin: ceiling.server.url,
    pathOf: () => '/',
    pid: ceiling.server.pid,
    postgresPid: ceiling.look.pid,
    countEnded: () => countEnded(ceiling.server),
  };
  await sendRound(ours, WARM_UP);
  await sendRound(theirs, WARM_UP);
  const transactions = await look.countTransactions();
  const pairs: Pair[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    pairs.push({ ceiling: await sendRound(theirs, RUNS), mainspring: await sendRound(ours, RUNS) });
  }
  const perRun = ((await look.countTransactions()) - transactions) / (ROUNDS * RUNS);
  const memoryMb = residentMb(server.pid);
  const all = WARM_UP + ROUNDS * RUNS;
  await assertRows(look, all);
  await assertRows(ceiling.look, all);
  return [...throughputRows(pairs, perRun), ...costRows(pairs, memoryMb)];
}

async function sendRound(subject: Subject, runs: number): Promise<Round> {
  const before = await subject.countEnded();
  const cpu = { server: ownCpuSeconds(subject.pid), postgres: treeCpuSeconds(subject.postgresPid) };
  const loadCpu = process.cpuUsage();
  const begin = performance.now();
  const report = await sendClosed(subject, runs, lead);
  if (report.refused > 0) throw new Error(`${report.refused} of ${runs} posts were refused.`);
  while ((await subject.countEnded()) - before < runs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(loadCpu);
  return {
    acceptedPerSecond: runs / report.seconds,
    completedPerSecond: runs / seconds,
    serverCpu: minus(ownCpuSeconds(subject.pid), cpu.server),
    postgresCpu: minus(treeCpuSeconds(subject.postgresPid), cpu.postgres),
    loadCpu: (user + system) / 1e6,
  };
}

/** Counts are the servers' own; here the database is asked whether every run and step is really there, and completed. */
async function assertRows(look: Look, runs: number): Promise<void> {
  const [found] = await look.query<Record<string, string>>(`
    select (select count(*) from events) as events,
      (select count(*) from runs) as alive,
      (select count(*) from run_history where status = 'completed') as completed,
      (select count(*) from run_step_history where status = 'completed') as steps`);
  const wanted = { events: runs, alive: 0, completed: runs, steps: runs * STEPS_PER_RUN };
  for (const [name, count] of Object.entries(wanted)) {
    if (Number(found?.[name]) !== count) throw new Error(`The database has ${found?.[name]} ${name}, not ${count}.`);
  }
}

function throughputRows(pairs: readonly Pair[], perRun: number): readonly Row[] {
  const part = `Throughput: webhook, ${STEPS_PER_RUN} steps; median of ${ROUNDS} × ${RUNS.toLocaleString('en-GB')} runs`;
  const of = (pick: (pair: Pair) => number) => median(pairs.map(pick));
  const ratios = pairs.map(({ ceiling, mainspring }) => mainspring.completedPerSecond / ceiling.completedPerSecond);
  const each = (pick: (pair: Pair) => number) =>
    pairs.map((pair) => Math.round(pick(pair)).toLocaleString('en-GB')).join(' ');
  return [
    {
      part,
      name: 'accepted',
      value: of(({ mainspring }) => mainspring.acceptedPerSecond),
      unit: 'runs/s',
      note: each(({ mainspring }) => mainspring.acceptedPerSecond),
    },
    {
      part,
      name: 'completed',
      value: of(({ mainspring }) => mainspring.completedPerSecond),
      unit: 'runs/s',
      target: { is: 'at-least', value: 3000 },
      note: each(({ mainspring }) => mainspring.completedPerSecond),
    },
    {
      part,
      name: 'the ceiling: completed',
      value: of(({ ceiling }) => ceiling.completedPerSecond),
      unit: 'runs/s',
      note: each(({ ceiling }) => ceiling.completedPerSecond),
    },
    {
      part,
      name: 'share of the ceiling',
      value: median(ratios) * 100,
      unit: '%',
      target: { is: 'at-least', value: 40 },
      note: ratios.map((ratio) => (ratio * 100).toFixed(0)).join(' '),
    },
    {
      part,
      name: 'transactions per run',
      value: perRun,
      unit: '',
      target: { is: 'at-most', value: 0.2 },
      note: 'pg_stat_database.xact_commit',
    },
  ];
}

function costRows(pairs: readonly Pair[], memoryMb: number | null): readonly Row[] {
  const part = 'What one run costs; what the server weighs after the load';
  const row = (name: string, value: number | null, unit: string, note: string): Row => ({
    part,
    name,
    value,
    unit,
    note,
  });
  const ours = cpuPerRun(pairs.map(({ mainspring }) => mainspring));
  const theirs = cpuPerRun(pairs.map(({ ceiling }) => ceiling));
  const parts = ({ server, postgres, load }: CpuPerRun) =>
    `server ${server.toFixed(0)}, PostgreSQL ${postgres.toFixed(0)}, load generator ${load.toFixed(0)}`;
  return [
    row('CPU of a run', ours?.sum ?? null, 'µs', ours ? parts(ours) : ''),
    row('the ceiling: CPU of a run', theirs?.sum ?? null, 'µs', theirs ? parts(theirs) : ''),
    row(
      'share of the ceiling by CPU',
      ours && theirs && (theirs.sum / ours.sum) * 100,
      '%',
      'what the ratio comes to where the CPU is the limit; steadier than it on a busy machine',
    ),
    { ...row('memory', memoryMb, 'MB', 'resident, without PostgreSQL'), target: { is: 'at-most', value: 512 } },
  ];
}

type CpuPerRun = { readonly server: number; readonly postgres: number; readonly load: number; readonly sum: number };

/** Microseconds; null where the system does not tell. */
function cpuPerRun(rounds: readonly Round[]): CpuPerRun | null {
  const known = rounds.filter((round) => round.serverCpu !== null && round.postgresCpu !== null);
  if (known.length < rounds.length) return null;
  const of = (pick: (round: Round) => number | null) => (median(known.map((round) => pick(round) ?? 0)) * 1e6) / RUNS;
  const [server, postgres, load] = [
    of((round) => round.serverCpu),
    of((round) => round.postgresCpu),
    of((round) => round.loadCpu),
  ];
  return { server, postgres, load, sum: server + postgres + load };
}

function minus(after: number | null, before: number | null): number | null {
  return after === null || before === null ? null : after - before;
}
