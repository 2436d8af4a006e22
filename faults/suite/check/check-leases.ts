/** G6: no writes by those who no longer hold a run, no calls by those cut off; a blocked worker keeps what it holds. */
import type { InjectedFault } from '../inject/inject-fault.ts';
import { disturbancesOf, processOf } from './disturbances.ts';
import { type AuditRow, type Evidence, type Verdict, verdict } from './evidence.ts';
import { groupBy } from './group-by.ts';

export function checkNoLateWrites({ audit, faults }: Evidence): Verdict {
  const broken: string[] = [];
  let writes = 0;
  let takenOver = 0;
  const frozen = faults.filter((fault) => LOSES_LEASE.includes(fault.kind));
  for (const [runId, rows] of groupBy(audit, (row) => row.runId)) {
    let holder: { readonly app: string; readonly token: number } | null = null;
    for (const row of rows) {
      switch (row.op) {
        case 'insert':
          continue;
        case 'claim':
          holder = { app: row.app, token: row.newToken };
          continue;
        case 'release':
          if (holder !== null && wasHit(frozen, holder.app, row.at)) takenOver += 1;
          holder = null;
          continue;
        case 'write':
        case 'end':
          writes += 1;
          if (holder?.app !== row.app || holder.token !== row.oldToken) {
            broken.push(`run ${runId}: written by ${row.app} at ${row.at}, held by ${holder?.app ?? 'nobody'}`);
          }
          holder = row.held ? { app: holder?.app ?? row.app, token: row.newToken } : null;
      }
    }
  }
  return verdict({
    promise: 'G6',
    cases: writes,
    title: 'no zombie writes',
    figure: `${broken.length} late commits of ${writes}; ${takenOver} runs were taken from workers that still lived`,
    counts: { late: broken.length, writes, takenOver },
    broken,
  });
}

const LOSES_LEASE: readonly string[] = ['freeze-worker', 'blackhole-database', 'link-down', 'cut-database'];

function wasHit(faults: readonly InjectedFault[], life: string, at: number): boolean {
  return faults.some((fault) => fault.life === life && fault.startedAt <= at && at <= fault.endedAt + 1_000);
}

/** Travel of a call that began just before the lease ended. */
const SLACK_MS = 300;

/** A worker that is cut off from the database calls nobody once its own lease clock has run out. */
export function checkCutOffWorkers({ calls, faults, leaseMs }: Evidence): Verdict {
  const cut = faults.filter((fault) => fault.kind === 'blackhole-database' && fault.met);
  const broken: string[] = [];
  let before = 0;
  for (const fault of cut) {
    const during = calls.filter(
      (call) => call.caller === fault.target && call.at >= fault.startedAt && call.at < fault.endedAt,
    );
    before += during.length;
    for (const call of during) {
      if (call.at <= fault.startedAt + leaseMs + SLACK_MS) continue;
      broken.push(`${call.key}: called by ${call.caller} ${call.at - fault.startedAt} ms after it was cut off`);
    }
  }
  return verdict({
    promise: 'cut-off',
    cases: cut.length,
    title: 'a worker cut off from PostgreSQL stops calling when its lease ends',
    figure: `${cut.length} times cut off, ${before} calls within the lease, ${broken.length} after it`,
    counts: { cut: cut.length, within: before, after: broken.length },
    broken,
  });
}

/** A blocked event loop costs no lease: nobody takes its runs. */
export function checkBlockedWorkers({ audit, faults }: Evidence): Verdict {
  const { hitAll } = disturbancesOf(faults.filter((fault) => fault.kind !== 'block-event-loop'));
  const blocks = faults.filter(
    (fault) => fault.kind === 'block-event-loop' && fault.met && !hitAll(fault.startedAt - 1_000, fault.endedAt),
  );
  const broken: string[] = [];
  let held = 0;
  const byRun = groupBy(audit, (row) => row.runId);
  for (const fault of blocks) {
    for (const [runId, rows] of byRun) {
      if (holderAt(rows, fault.startedAt)?.app !== fault.life) continue;
      held += 1;
      const taken = rows.find(
        (row) => row.at > fault.startedAt && row.at < fault.endedAt && isTaking(row, fault.life ?? ''),
      );
      if (taken) broken.push(`run ${runId}: taken from ${fault.life} by ${taken.app} while its event loop was blocked`);
    }
  }
  return verdict({
    promise: 'lease',
    cases: held,
    title: 'a blocked event loop keeps its lease',
    figure: `${blocks.length} blocks, ${held} runs held meanwhile, ${broken.length} taken`,
    counts: { blocks: blocks.length, held, taken: broken.length },
    broken,
  });
}

function isTaking(row: AuditRow, life: string): boolean {
  return (row.op === 'release' || row.op === 'claim') && processOf(row.app) !== processOf(life);
}

/** The claim that held at this moment, if any. */
export function holderAt(rows: readonly AuditRow[], at: number): AuditRow | null {
  let holder: AuditRow | null = null;
  for (const row of rows) {
    if (row.at > at) break;
    if (row.op === 'claim') holder = row;
    else if (!row.held) holder = null;
  }
  return holder;
}
