/**
 * Latency at a moderate, steady rate, by the clock of the sender. Requests go out when they are due, whether or not
 * earlier ones were answered, so a stall counts for everyone who waited. Every fourth goes to a hook that answers with
 * the run's result: sent by then, the run was accepted, carried out, committed and read back.
 */
import { lead } from '../lead.ts';
import { sendOpen } from '../load.ts';
import { countFinished, type Hooks, type Mainspring } from '../mainspring.ts';
import type { Look } from '../postgres.ts';
import type { Row } from '../report.ts';
import { percentile } from '../statistics.ts';

const PER_SECOND = 200;
const SECONDS = 15;
const RESULT_EVERY = 4;
const WARM_UP_SECONDS = 2;
const POLL_MS = 50;

export async function measureLatency(server: Mainspring, hooks: Hooks, look: Look): Promise<readonly Row[]> {
  await send(server, hooks, WARM_UP_SECONDS);
  const [start] = await look.query<{ at: string }>('select clock_timestamp()::text as at');
  const { accepts, results } = await send(server, hooks, SECONDS);
  const inside = await readRunTimes(look, start?.at ?? '');
  const part = `Latency at ${PER_SECOND} runs/s for ${SECONDS} s (each from when it was due)`;
  const row = (name: string, value: number, note: string, target?: number): Row => ({
    part,
    name,
    value,
    unit: 'ms',
    note,
    ...(target !== undefined && { target: { is: 'at-most', value: target } as const }),
  });
  const sent = `${accepts.length} posts, sent until answered`;
  const asked = `${results.length} posts, sent until their result came: more than accept to completed`;
  const timed = `${inside.length} runs, from their row to the write of their end, by the database`;
  return [
    row('accept p50', percentile(accepts, 0.5), sent),
    row('accept p99', percentile(accepts, 0.99), sent, 25),
    row('completed p50', percentile(results, 0.5), asked, 15),
    row('completed p99', percentile(results, 0.99), asked, 60),
    row('completed p50, inside', percentile(inside, 0.5), timed),
    row('completed p99, inside', percentile(inside, 0.99), timed),
  ];
}

async function send(server: Mainspring, hooks: Hooks, seconds: number) {
  const before = await countFinished(server);
  const count = PER_SECOND * seconds;
  const isResult = (n: number) => n % RESULT_EVERY === 0;
  const report = await sendOpen(
    { origin: server.url, pathOf: (n) => (isResult(n) ? hooks.result : hooks.accepted) },
    { perSecond: PER_SECOND, seconds },
    lead,
  );
  if (report.refused > 0) throw new Error(`${report.refused} of ${count} posts were refused.`);
  while ((await countFinished(server)) - before < count) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return {
    accepts: report.latenciesMs.filter((_, n) => !isResult(n)),
    results: report.latenciesMs.filter((_, n) => isResult(n)),
  };
}

/** Both times are those at which a transaction began: that of the intake, and that of the write that ended the run. */
async function readRunTimes(look: Look, since: string): Promise<readonly number[]> {
  const rows = await look.query<{ ms: number }>(`
    select (extract(epoch from finished_at - started_at) * 1000)::float8 as ms
    from run_history where started_at >= '${since}'`);
  return rows.map((row) => row.ms);
}
