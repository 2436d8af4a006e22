/** Statements that hand runs to workers and take them back. See app/runtime/sql/claim-runs.ts and its neighbours. */
import type { ClaimedRow } from '../../../app/runtime/sql/claim-runs.ts';
import type { Claim, HeldRow } from '../../../app/runtime/store/run-store.ts';
import type { Statement, View } from './server.ts';
import type { RunRow, Tables } from './tables.ts';

export function claim(tables: Tables, workerId: string, room: number): Statement<readonly ClaimedRow[]> {
  return (view) => {
    if (!hasLease(view, tables, workerId)) return [];
    const due = view
      .all(tables.runs)
      .map(([, row]) => row)
      .filter((row) => row.concurrency === null && isDue(view, row) && !view.isLocked(tables.runs, row.id))
      .filter((row) => isNext(view, tables, row));
    const organizations = Map.groupBy(due, (row) => row.org_id);
    const share = Math.max(Math.floor(room / Math.max(1, organizations.size)), 1);
    const picked = [...organizations.values()].flatMap((rows) => rows.sort(byDue).slice(0, share));
    return picked.slice(0, room).map((row) => take(view, tables, row, workerId));
  };
}

export function claimLimited(tables: Tables, workerId: string, room: number): Statement<readonly ClaimedRow[]> {
  return (view) => {
    if (!hasLease(view, tables, workerId)) return [];
    const limited = view.all(tables.runs).flatMap(([, row]) => (row.concurrency === null ? [] : [row]));
    const held = Map.groupBy(
      limited.filter((row) => row.worker_id !== null),
      (row) => row.workflow_id,
    );
    const due = limited.filter((row) => isDue(view, row) && isNext(view, tables, row));
    const ranked = [...Map.groupBy(due, (row) => row.workflow_id).values()].flatMap((rows) =>
      rows.sort(byDue).map((row, index) => ({ row, place: index + 1 })),
    );
    return ranked
      .filter(({ row, place }) => place + (held.get(row.workflow_id)?.length ?? 0) <= (row.concurrency ?? 0))
      .sort((one, other) => one.place - other.place)
      .slice(0, room)
      .map(({ row }) => take(view, tables, row, workerId));
  };
}

function hasLease(view: View, tables: Tables, workerId: string): boolean {
  const worker = view.get(tables.workers, workerId);
  return worker !== undefined && worker.lease_until_ms > view.clockMs;
}

function isDue(view: View, row: RunRow): boolean {
  return row.worker_id === null && row.due_ms !== null && row.due_ms <= view.nowMs;
}

/** Runs with an order key wait for every earlier run of their key, until they have begun. */
function isNext(view: View, tables: Tables, row: RunRow): boolean {
  if (row.order_key === null || row.state !== null) return true;
  return !view
    .all(tables.runs)
    .some(
      ([, other]) => other.workflow_id === row.workflow_id && other.order_key === row.order_key && other.seq < row.seq,
    );
}

function byDue(one: RunRow, other: RunRow): number {
  return (one.due_ms ?? 0) - (other.due_ms ?? 0) || one.seq - other.seq;
}

function take(view: View, tables: Tables, row: RunRow, workerId: string): ClaimedRow {
  const taken: RunRow = {
    ...row,
    worker_id: workerId,
    token: row.token + 1,
    status: 'running',
    claims: row.claims + 1,
  };
  view.put(tables.runs, row.id, taken);
  return { ...taken, due_ms: row.due_ms ?? view.nowMs, now_ms: view.clockMs };
}

export function listHeld(tables: Tables, workerId: string): Statement<readonly HeldRow[]> {
  return (view) => view.all(tables.runs).flatMap(([, row]) => (row.worker_id === workerId ? [row] : []));
}

const DROPPED_PAUSE_MS = 5_000;

export function giveBackDropped(tables: Tables, workerId: string, dropped: readonly Claim[]): Statement<void> {
  return (view) => {
    for (const { id, token } of dropped) {
      const row = view.get(tables.runs, id);
      if (row?.worker_id !== workerId || row.token !== Number(token)) continue;
      view.put(tables.runs, id, freed(row, view.nowMs + DROPPED_PAUSE_MS));
    }
  };
}

const LONG_AGO_MS = Number.NEGATIVE_INFINITY;

export function giveBack(tables: Tables, workerId: string): Statement<void> {
  return (view) => {
    const worker = view.get(tables.workers, workerId);
    if (worker !== undefined) view.put(tables.workers, workerId, { ...worker, lease_until_ms: LONG_AGO_MS });
    for (const [id, row] of view.all(tables.runs)) {
      if (row.worker_id === workerId) view.put(tables.runs, id, { ...freed(row, view.nowMs), claims: 0 });
    }
  };
}

const KEPT_MS = 60_000;

export function rescue(tables: Tables): Statement<number> {
  return (view) => {
    const expired = new Set<string>();
    const holders = new Set(view.all(tables.runs).map(([, row]) => row.worker_id));
    for (const [id, { lease_until_ms }] of view.all(tables.workers)) {
      if (lease_until_ms < view.clockMs) expired.add(id);
      if (lease_until_ms < view.clockMs - KEPT_MS && !holders.has(id)) view.remove(tables.workers, id);
    }
    return free(view, tables, (workerId) => expired.has(workerId));
  };
}

export function rescueOrphans(tables: Tables): Statement<number> {
  return (view) => free(view, tables, (workerId) => view.get(tables.workers, workerId) === undefined);
}

function free(view: View, tables: Tables, isGone: (workerId: string) => boolean): number {
  const lost = view.all(tables.runs).filter(([, row]) => row.worker_id !== null && isGone(row.worker_id));
  for (const [id, row] of lost) view.put(tables.runs, id, freed(row, view.nowMs));
  return lost.length;
}

function freed(row: RunRow, dueMs: number): RunRow {
  const status = row.parked !== null ? 'parked' : row.state === null ? 'queued' : 'waiting';
  return { ...row, worker_id: null, due_ms: dueMs, status };
}

export function beginLease(tables: Tables, workerId: string, leaseMs: number): Statement<boolean> {
  return (view) => {
    view.put(tables.workers, workerId, { id: workerId, lease_until_ms: view.clockMs + leaseMs });
    return true;
  };
}

export function renewLease(tables: Tables, workerId: string, leaseMs: number): Statement<boolean> {
  return (view) => {
    const row = view.get(tables.workers, workerId);
    if (row === undefined || row.lease_until_ms <= view.clockMs) return false;
    view.put(tables.workers, workerId, { ...row, lease_until_ms: view.clockMs + leaseMs });
    return true;
  };
}
