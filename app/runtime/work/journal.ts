/**
 * The journal writes what held runs decided. It is the only way in which a worker changes runs.
 *
 * J1  Runs are written in groups; while one group is being committed, the next gathers.
 * J2  Each run is guarded by the token of its claim; `lost` says that someone else has it now.
 * J3  An external action is performed only after the commit that says so (its step is `running` in the stored state).
 * J4  Record actions run inside the transaction that commits their steps.
 * J5  Children, messages to parents and past events for new waits commit with the run that caused them.
 * J6  A commit that failed may have happened all the same. Its write cannot happen twice, as each raises the token; and
 *     what it would have stored is kept, so that the next try can find out and go on from there.
 */
import type { Timers } from '../../platform/clock/timers.ts';
import { Overloaded } from '../public.ts';
import type { HeldRow, RecordStatements, RunStore, Statements } from '../store/run-store.ts';
import { type AdvanceDeps, advanceHeldRun } from './advance-held-run.ts';
import { type BatchQueue, createBatchQueue } from './batch-queue.ts';
import { isRowError } from './database-errors.ts';
import { decidedOf, emptyPending, goBackTo, type HeldRun } from './held-run.ts';
import { droppedWaitRows, journalRow, parentMessage, stepRows, waitRows } from './journal-rows.ts';
import { cancelChildren, startChildren } from './start-children.ts';

/** `held`: written; `wake` says whether the inbox has something new. `lost`: nothing was written, let go of it. */
export type Written = { readonly kind: 'written'; readonly wake: number } | { readonly kind: 'lost' };

export type Journal = {
  /**
   * Writes the run's pending part. With `hold`, the worker keeps the run; else it lets go of it, or the run ended.
   * Nothing is written once `lost` is aborted: the worker may hold the same run anew.
   */
  readonly write: (held: HeldRun, hold: (held: HeldRun) => boolean, lost: AbortSignal) => Promise<Written>;
  readonly drain: () => Promise<void>;
};

type Entry = {
  readonly held: HeldRun;
  readonly hold: (held: HeldRun) => boolean;
  readonly lost: AbortSignal;
};

const BATCH = 500;
/** Record actions run one after the other in their transaction; more at once would hold its locks for too long. */
const RECORD_BATCH = 50;
const CAPACITY = 20_000;

export type JournalDeps = AdvanceDeps & {
  readonly store: Pick<RunStore, 'alone' | 'together' | 'recording' | 'listHeld'>;
  readonly timers: Timers;
  readonly workerId: () => string;
  readonly newId: () => string;
  readonly observe: (databaseMs: number) => void;
  readonly onFailpoint: (point: WritePoint) => void;
};

/** Places at which tests kill the process. */
export type WritePoint = 'before-commit' | 'after-commit' | 'inside-record-transaction';

export function createJournal(deps: JournalDeps): Journal {
  const full = () => new Overloaded();
  const plain = createBatchQueue<Entry, Written>({
    commit: (entries) => commitKept(entries, (kept) => commitPlain(deps, kept)),
    turn: deps.timers.turn,
    batchSize: BATCH,
    capacity: CAPACITY,
    onFull: full,
    isolates: isRowError,
  });
  const recording = new Map<string, BatchQueue<Entry, Written>>();
  const recordingOf = (organizationId: string) => {
    const known = recording.get(organizationId);
    if (known !== undefined) return known;
    const queue = createBatchQueue<Entry, Written>({
      commit: (entries) => commitKept(entries, (kept) => commitRecording(deps, organizationId, kept)),
      turn: deps.timers.turn,
      batchSize: RECORD_BATCH,
      capacity: CAPACITY,
      onFull: full,
      isolates: isRowError,
    });
    recording.set(organizationId, queue);
    return queue;
  };
  return {
    write: (held, hold, lost) => {
      const queue = held.pending.recording.length > 0 ? recordingOf(held.organizationId) : plain;
      return queue.push({ held, hold, lost });
    },
    drain: async () => {
      await plain.drain();
      await Promise.all([...recording.values()].map((queue) => queue.drain()));
    },
  };
}

async function commitKept(
  entries: readonly Entry[],
  commit: (kept: readonly Entry[]) => Promise<readonly Written[]>,
): Promise<readonly Written[]> {
  const kept = entries.filter(({ lost }) => !lost.aborted);
  if (kept.length === entries.length) return commit(entries);
  const written = kept.length === 0 ? [] : await commit(kept);
  return entries.map((entry) => written[kept.indexOf(entry)] ?? { kind: 'lost' });
}

async function commitPlain(deps: JournalDeps, entries: readonly Entry[]): Promise<readonly Written[]> {
  deps.onFailpoint('before-commit');
  const workerId = deps.workerId();
  const needsMore = entries.some(({ held }) => hasFollowUps(held));
  try {
    const written = needsMore
      ? await deps.store.together((statements) => writeAll(deps, statements, workerId, entries))
      : await writeRuns(deps, deps.store.alone, workerId, entries);
    deps.onFailpoint('after-commit');
    return settle(entries, await findHappened(deps, workerId, entries, written));
  } catch (error) {
    if (!isRowError(error)) for (const { held } of entries) held.unsure = decidedOf(held);
    throw error;
  }
}

/** Record actions and the rest of their runs' decisions, in one transaction that sees this organization only. */
async function commitRecording(
  deps: JournalDeps,
  organizationId: string,
  entries: readonly Entry[],
): Promise<readonly Written[]> {
  const before = entries.map(({ held }) => ({ held, decided: decidedOf(held) }));
  const restore = () => {
    for (const { held, decided } of before) goBackTo(held, decided);
  };
  const workerId = deps.workerId();
  let sent: readonly Entry[] = [];
  try {
    const written = await deps.store.recording(organizationId, async (statements) => {
      // The transaction may be run again as a whole, so each try begins from what was decided before it.
      restore();
      sent = [];
      const owned = await lockOwned(statements, workerId, entries);
      for (const { held } of owned) await performRecords(deps, statements, held);
      deps.onFailpoint('inside-record-transaction');
      const rows = await writeAll(deps, statements, workerId, owned);
      // Else records would be committed without their steps (J4).
      if (rows.size < owned.length) throw new Error('A run was lost although its row was locked.');
      sent = owned;
      return rows;
    });
    deps.onFailpoint('after-commit');
    return settle(entries, await findHappened(deps, workerId, entries, written));
  } catch (error) {
    if (!isRowError(error)) for (const { held } of sent) held.unsure = decidedOf(held);
    restore();
    throw error;
  }
}

/** Runs that are still ours; locked, so that they stay ours until the commit, and no earlier write is on its way. */
async function lockOwned(
  statements: RecordStatements,
  workerId: string,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  const claims = entries.map(({ held }) => ({ id: held.id, token: held.token }));
  const locked = await statements.lockClaims(workerId, claims);
  const owned = entries.filter(({ held }) => locked.has(held.id));
  for (const { held } of owned) held.unsure = null;
  return owned;
}

/** J6: adds the runs of which an earlier write, whose answer was lost, has happened; they go on from what it stored. */
async function findHappened(
  deps: JournalDeps,
  workerId: string,
  entries: readonly Entry[],
  written: ReadonlyMap<string, HeldRow>,
): Promise<ReadonlyMap<string, HeldRow>> {
  const missing = entries.filter(({ held }) => held.unsure !== null && !written.has(held.id));
  if (missing.length === 0) return written;
  const rows = new Map((await deps.store.listHeld(workerId)).map((row) => [row.id, row]));
  const happened = new Map(written);
  for (const { held } of missing) {
    const row = rows.get(held.id);
    if (row === undefined || held.unsure === null || Number(row.token) !== Number(held.token) + 1) continue;
    goBackTo(held, held.unsure);
    happened.set(held.id, row);
  }
  return happened;
}

/** Performs record actions, and those that follow from them, until the run needs something else. */
async function performRecords(deps: JournalDeps, statements: RecordStatements, held: HeldRun): Promise<void> {
  for (let round = 0; held.pending.recording.length > 0 && round < MAX_RECORDS_PER_COMMIT; round += 1) {
    const [effect, ...rest] = held.pending.recording;
    if (effect === undefined) return;
    held.pending.recording = rest;
    const event = await statements.attempt(
      (tx) => deps.performer.performRecord(held, effect, tx),
      (answer) => answer.kind === 'action-failed',
    );
    advanceHeldRun(deps, held, [event]);
  }
}

/** A loop over many records commits in between, so that one run cannot hold a transaction for long. */
const MAX_RECORDS_PER_COMMIT = 200;

function hasFollowUps(held: HeldRun): boolean {
  const { pending } = held;
  return (
    pending.waitsAdded.size > 0 ||
    pending.children.length > 0 ||
    pending.childrenCancelled.length > 0 ||
    parentMessage(held) !== null
  );
}

async function writeAll(
  deps: JournalDeps,
  statements: Statements,
  workerId: string,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, HeldRow>> {
  const written = await writeRuns(deps, statements, workerId, entries);
  const helds = entries.map(({ held }) => held).filter((held) => written.has(held.id));
  const waits = helds.flatMap(waitRows);
  if (waits.length > 0) await statements.offerPastEvents(waits);
  const starting = helds.filter((held) => held.pending.children.length > 0);
  for (const held of starting) await startChildren({ statements, newId: deps.newId }, held);
  const cancelling = helds.filter((held) => held.pending.childrenCancelled.length > 0);
  for (const held of cancelling) await cancelChildren(statements, held);
  const messages = helds.flatMap((held) => parentMessage(held) ?? []);
  if (messages.length > 0) await statements.sendToRuns(messages);
  return written;
}

async function writeRuns(
  deps: JournalDeps,
  statements: Statements,
  workerId: string,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, HeldRow>> {
  const helds = entries.map(({ held }) => held);
  const rows = await statements.commitJournal(workerId, {
    runs: entries.map(({ held, hold }) => journalRow(held, hold(held), deps.newId)),
    steps: helds.flatMap(stepRows),
    waitsAdded: helds.flatMap(waitRows),
    waitsDropped: helds.flatMap(droppedWaitRows),
  });
  const [first] = rows;
  if (first !== undefined) deps.observe(Number(first.now_ms));
  return new Map(rows.map((row) => [row.id, row]));
}

/** After the commit: what was pending is written. What the worker has yet to act on stays until it has. */
function settle(entries: readonly Entry[], written: ReadonlyMap<string, HeldRow>): readonly Written[] {
  return entries.map(({ held }) => {
    const row = written.get(held.id);
    if (row === undefined) return { kind: 'lost' };
    held.committedSinceClaim = true;
    held.token = row.token;
    held.stored = held.run;
    held.unsure = null;
    held.inboxUpto = null;
    held.pending = {
      ...emptyPending(),
      children: held.pending.children,
      external: held.pending.external,
      recording: held.pending.recording,
      ended: held.pending.ended,
    };
    return { kind: 'written', wake: row.wake };
  });
}
