/**
 * A database server in memory with the parts of PostgreSQL's behaviour that the runtime leans on: transactions that
 * see what is committed and their own changes, row locks that are waited for, deadlocks that one side loses, sessions
 * that end when their client is gone.
 *
 * D1  A statement happens at one moment. It looks, and says what it will change; where a row that it changes or locks
 *     is another transaction's, nothing has happened yet: it waits, and then begins again with what is there now.
 * D2  What a statement saw before it waited can be kept in `memo`: PostgreSQL goes on with the old snapshot for rows
 *     that it does not lock.
 * D3  `nowMs` is the moment when the transaction began, `clockMs` the moment of the statement.
 */
import type { Scheduler } from '../scheduler.ts';
import { Deadlock, SessionEnded, StatementTimeout } from './database-errors.ts';

export type Table<Row extends object> = { readonly name: string; readonly slots: Map<string, Slot<Row>> };

type Slot<Row> = {
  committed: Row | undefined;
  pending: Row | undefined;
  writer: Session | null;
  sharers: Set<Session> | null;
};

/** One transaction, from its begin to its end. */
export type Session = {
  readonly nowMs: number;
  readonly by: string;
  state: 'open' | 'committed' | 'ended';
  /** Rows that it changed or locked. */
  readonly touched: Map<Slot<object>, { readonly table: Table<object>; readonly key: string }>;
  waitsFor: Session | null;
  readonly waiters: Set<() => void>;
};

export type Change = {
  readonly table: string;
  readonly key: string;
  readonly before: object | undefined;
  readonly after: object | undefined;
};

export type Commit = { readonly by: string; readonly atMs: number; readonly changes: readonly Change[] };

/** What a statement may do. Rows are never changed in place. */
export type View = {
  readonly nowMs: number;
  readonly clockMs: number;
  readonly memo: Map<string, unknown>;
  readonly get: <Row extends object>(table: Table<Row>, key: string) => Row | undefined;
  readonly all: <Row extends object>(table: Table<Row>) => readonly (readonly [key: string, row: Row])[];
  readonly put: <Row extends object>(table: Table<Row>, key: string, row: Row) => void;
  readonly remove: <Row extends object>(table: Table<Row>, key: string) => void;
  /** FOR UPDATE, or FOR SHARE. */
  readonly lock: <Row extends object>(table: Table<Row>, key: string, mode: 'update' | 'share') => void;
  /** What SKIP LOCKED skips. */
  readonly isLocked: <Row extends object>(table: Table<Row>, key: string) => boolean;
  readonly nextNumber: () => number;
};

export type Statement<Result> = (view: View) => Result;

export type Server = {
  readonly clockMs: () => number;
  /** What the clock would show had it never jumped back: those who read it before such a jump are ahead of it. */
  readonly latestMs: () => number;
  readonly jump: (byMs: number) => void;
  readonly begin: (by: string) => Session;
  readonly run: <Result>(session: Session, statement: Statement<Result>) => Promise<Result>;
  readonly commit: (session: Session) => void;
  readonly rollback: (session: Session) => void;
  /** What there is to go back to: a savepoint. */
  readonly save: (session: Session) => () => void;
  /** Ends every open transaction, as a restart does. */
  readonly endAll: () => void;
  /** The rows that are committed. */
  readonly committed: <Row extends object>(table: Table<Row>) => readonly Row[];
  readonly find: <Row extends object>(table: Table<Row>, key: string) => Row | undefined;
};

/** What a commit did to one table. */
export function changesIn<Row extends object>(
  commit: Commit,
  table: Table<Row>,
): readonly { readonly key: string; readonly before: Row | undefined; readonly after: Row | undefined }[] {
  const changes = commit.changes.filter((change) => change.table === table.name);
  return changes as readonly {
    readonly key: string;
    readonly before: Row | undefined;
    readonly after: Row | undefined;
  }[];
}

const DEADLOCK_TIMEOUT_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 30_000;

export function createTable<Row extends object>(name: string): Table<Row> {
  return { name, slots: new Map() };
}

export function createServer(options: {
  readonly scheduler: Scheduler;
  /** Milliseconds since the epoch at the start. */
  readonly startMs: number;
  readonly onCommit: (commit: Commit) => void;
}): Server {
  const { scheduler, onCommit } = options;
  const open = new Set<Session>();
  let offsetMs = options.startMs;
  let highestOffsetMs = options.startMs;
  let numbers = 0;
  const clockMs = () => offsetMs + scheduler.nowMs();
  const nextNumber = () => {
    numbers += 1;
    return numbers;
  };

  const finish = (session: Session, state: 'committed' | 'ended') => {
    session.state = state;
    open.delete(session);
    for (const [slot, { table, key }] of session.touched) release(slot, table, key, session);
    for (const wake of [...session.waiters]) wake();
    session.waiters.clear();
  };
  const rollback = (session: Session) => {
    if (session.state === 'open') finish(session, 'ended');
  };

  return {
    clockMs,
    latestMs: () => highestOffsetMs + scheduler.nowMs(),
    jump: (byMs) => {
      offsetMs += byMs;
      highestOffsetMs = Math.max(highestOffsetMs, offsetMs);
    },
    begin: (by) => {
      const session: Session = {
        nowMs: clockMs(),
        by,
        state: 'open',
        touched: new Map(),
        waitsFor: null,
        waiters: new Set(),
      };
      open.add(session);
      return session;
    },
    run: async (session, statement) => {
      const memo = new Map<string, unknown>();
      while (true) {
        if (session.state !== 'open') throw new SessionEnded();
        const work = createWork(session, memo, clockMs(), nextNumber);
        const result = statement(work.view);
        const blocker = work.findBlocker();
        if (blocker === null) {
          work.apply();
          return result;
        }
        await waitFor(scheduler, session, blocker).catch((error: unknown) => {
          rollback(session);
          throw error;
        });
      }
    },
    commit: (session) => {
      if (session.state !== 'open') throw new SessionEnded();
      const changes: Change[] = [];
      for (const [slot, { table, key }] of session.touched) {
        if (slot.writer !== session || slot.pending === slot.committed) continue;
        changes.push({ table: table.name, key, before: slot.committed, after: slot.pending });
        slot.committed = slot.pending;
      }
      finish(session, 'committed');
      if (changes.length > 0) onCommit({ by: session.by, atMs: clockMs(), changes });
    },
    rollback,
    save: (session) => {
      const saved = new Map([...session.touched.keys()].map((slot) => [slot, slot.pending]));
      return () => {
        for (const slot of session.touched.keys()) {
          if (slot.writer === session) slot.pending = saved.has(slot) ? saved.get(slot) : slot.committed;
        }
      };
    },
    endAll: () => {
      for (const session of [...open]) rollback(session);
    },
    committed: (table) => [...table.slots.values()].flatMap((slot) => slot.committed ?? []),
    find: (table, key) => table.slots.get(key)?.committed,
  };
}

function release(slot: Slot<object>, table: Table<object>, key: string, session: Session): void {
  if (slot.writer === session) {
    slot.writer = null;
    slot.pending = undefined;
  }
  slot.sharers?.delete(session);
  if (slot.committed === undefined && slot.writer === null && !slot.sharers?.size) table.slots.delete(key);
}

type Wish = {
  readonly table: Table<object>;
  readonly key: string;
  readonly mode: 'update' | 'share';
  readonly change: { readonly row: object | undefined } | null;
};

/** One try of a statement: what it sees, and what it wishes to do. */
function createWork(session: Session, memo: Map<string, unknown>, clockMs: number, nextNumber: () => number) {
  const wishes: Wish[] = [];
  const visible = <Row extends object>(slot: Slot<Row> | undefined) =>
    slot?.writer === session ? slot.pending : slot?.committed;
  const wish = (table: unknown, key: string, mode: Wish['mode'], change: Wish['change']) =>
    void wishes.push({ table: table as Table<object>, key, mode, change });
  const blockerOf = ({ table, key, mode }: Wish): Session | null => {
    const slot = table.slots.get(key);
    if (slot === undefined) return null;
    if (slot.writer !== null && slot.writer !== session) return slot.writer;
    if (mode === 'share') return null;
    return [...(slot.sharers ?? [])].find((sharer) => sharer !== session) ?? null;
  };
  const view: View = {
    nowMs: session.nowMs,
    clockMs,
    memo,
    get: (table, key) => visible(table.slots.get(key)),
    all: <Row extends object>(table: Table<Row>) =>
      [...table.slots].flatMap(([key, slot]) => {
        const row = visible(slot);
        return row === undefined ? [] : [[key, row] as const];
      }),
    put: (table, key, row) => wish(table, key, 'update', { row }),
    remove: (table, key) => wish(table, key, 'update', { row: undefined }),
    lock: (table, key, mode) => wish(table, key, mode, null),
    isLocked: (table, key) =>
      blockerOf({ table: table as unknown as Table<object>, key, mode: 'update', change: null }) !== null,
    nextNumber,
  };
  return {
    view,
    findBlocker: () => wishes.map(blockerOf).find((blocker) => blocker !== null) ?? null,
    apply: () => {
      for (const each of wishes) grant(session, each);
    },
  };
}

function grant(session: Session, { table, key, mode, change }: Wish): void {
  const slot = table.slots.get(key) ?? { committed: undefined, pending: undefined, writer: null, sharers: null };
  table.slots.set(key, slot);
  session.touched.set(slot, { table, key });
  if (mode === 'share') {
    slot.sharers ??= new Set();
    slot.sharers.add(session);
    return;
  }
  if (slot.writer === null) {
    slot.writer = session;
    slot.pending = slot.committed;
  }
  if (change !== null) slot.pending = change.row;
}

function waitFor(scheduler: Scheduler, session: Session, blocker: Session): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  session.waitsFor = blocker;
  blocker.waiters.add(resolve);
  const cancels = [
    scheduler.after(DEADLOCK_TIMEOUT_MS, () => isInRing(session) && reject(new Deadlock())),
    scheduler.after(STATEMENT_TIMEOUT_MS, () => reject(new StatementTimeout())),
  ];
  return promise.finally(() => {
    session.waitsFor = null;
    blocker.waiters.delete(resolve);
    for (const cancel of cancels) cancel();
  });
}

function isInRing(session: Session): boolean {
  const seen = new Set<Session>();
  for (let each = session.waitsFor; each !== null && !seen.has(each); each = each.waitsFor) {
    if (each === session) return true;
    seen.add(each);
  }
  return false;
}
