/**
 * A worker claims due runs and carries them on.
 *
 * Life: `start` takes a lease → it claims, whenever poked and at each poll → `stop` lets what is under way finish for a
 * while, gives the rest back, and drops the lease. When the lease is lost, everything held is let go of at once and the
 * worker begins again under a new name.
 *
 * W1  Polling is the truth; pokes only make it sooner.
 * W2  What the database says this worker holds and it does not carry is given back: a claim whose answer was lost, or a
 *     run whose work ended in an error.
 * W3  Which organizations' sending is on hold is read before each lease is taken, and again while there is any.
 * W4  At most `capacity` runs are held; what is due beyond it waits in the database.
 */
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import { every, pause, type Timers } from '../../platform/clock/timers.ts';
import type { Log } from '../../platform/db/log.ts';
import type { Deployments } from '../deployments/deployments.ts';
import type { ClaimedRow } from '../sql/claim-runs.ts';
import type { Claim, RunStore } from '../store/run-store.ts';
import { createAlarm } from './alarm.ts';
import type { DatabaseClock } from './database-clock.ts';
import { type HeldRun, holdRun, openingEvents } from './held-run.ts';
import { createJournal, type WritePoint } from './journal.ts';
import type { Lease, TakeLease } from './lease.ts';
import { createMailbox } from './mailbox.ts';
import type { ActionPerformer } from './perform-action.ts';
import { type Carrying, readClaimedInboxes, runHeld } from './run-held.ts';
import type { SendingHolds } from './sending-holds.ts';

export type Worker = {
  readonly start: () => Promise<void>;
  /** Something may be due. */
  readonly poke: () => void;
  /** Something was put into this run's inbox. */
  readonly wakeRun: (runId: string) => void;
  readonly heldRuns: () => number;
  readonly stop: () => Promise<void>;
  /** Ends as SIGKILL would: nothing is finished, nothing is given back. For tests. */
  readonly crash: () => Promise<void>;
};

export type WorkerOptions = {
  readonly store: RunStore;
  readonly timers: Timers;
  readonly takeLease: TakeLease;
  readonly deployments: Deployments;
  readonly performer: ActionPerformer;
  readonly clock: DatabaseClock;
  readonly newId: () => string;
  readonly log: Log;
  readonly onCommitted: (held: HeldRun) => void;
  readonly onFailpoint?: (point: WritePoint) => void;
  /** None by default: nothing is ever held. */
  readonly sendingHolds?: SendingHolds;
  readonly onTooDeep?: (organizationId: string, workflowId: string) => void;
};

const CAPACITY = 2_000;
const BATCH = 500;
const POLL_MS = 200;
const WATCH_MS = 1_000;
const STOP_GRACE_MS = 10_000;

export function createWorker(options: WorkerOptions): Worker {
  const { store, timers, clock, log, newId, sendingHolds } = options;
  const carrying = new Map<string, Carrying>();
  const finished = new Set<Promise<void>>();
  let lease: Lease | null = null;
  let state: 'idle' | 'working' | 'stopping' | 'stopped' = 'idle';
  let claiming: Promise<void> | null = null;
  let poked = false;
  let lookWanted = false;
  let cancels: readonly (() => void)[] = [];

  const journal = createJournal({
    store,
    timers,
    performer: options.performer,
    now: clock.now,
    ...(sendingHolds && { sendingHeldUntil: sendingHolds.heldUntil }),
    ...(options.onTooDeep && { onTooDeep: options.onTooDeep }),
    observe: clock.observe,
    newId,
    workerId: () => lease?.workerId ?? NOBODY,
    onFailpoint: options.onFailpoint ?? (() => {}),
  });
  const runDeps = {
    store,
    timers,
    journal,
    deployments: options.deployments,
    performer: options.performer,
    now: clock.now,
    ...(sendingHolds && { sendingHeldUntil: sendingHolds.heldUntil }),
    ...(options.onTooDeep && { onTooDeep: options.onTooDeep }),
    leaseHeld: () => lease?.isHeld() ?? false,
    onCommitted: options.onCommitted,
    dueAt: (ms: number) => alarm.at(ms),
    log,
  };

  const takeNewLease = async () => {
    await sendingHolds?.read();
    lease = await options.takeLease({ workerId: newId(), onLost: () => void loseEverything() });
  };

  const loseEverything = async () => {
    log.warn({ held: carrying.size }, 'the lease was lost; everything held is let go of');
    const old = lease;
    lease = null;
    for (const each of carrying.values()) each.lost.abort();
    await old?.stop();
    if (state !== 'working') return;
    await retrying(options, takeNewLease);
    poke();
  };

  const carry = (held: HeldRun, row: ClaimedRow, inbox: readonly RunEvent[]) => {
    const each: Carrying = { held, mailbox: createMailbox(timers), lost: new AbortController() };
    // One whose write was done and whose answer was lost may still be carried.
    carrying.get(held.id)?.lost.abort();
    carrying.set(held.id, each);
    const work = runHeld(runDeps, each, [...openingEvents(row), ...inbox])
      .catch((error: unknown) => log.error({ err: error, runId: held.id }, 'a run was let go of because of an error'))
      .finally(() => {
        if (carrying.get(held.id) === each) carrying.delete(held.id);
        finished.delete(work);
        if (carrying.size >= CAPACITY - 1) poke();
      });
    finished.add(work);
  };

  /** Answers whether more may be due. */
  const claimOnce = async (): Promise<boolean> => {
    const room = Math.min(BATCH, CAPACITY - carrying.size);
    if (room <= 0 || !lease?.isHeld()) return false;
    const { workerId } = lease;
    const rows = await store.claim(workerId, room);
    const [first] = rows;
    if (first === undefined) return false;
    clock.observe(Number(first.now_ms));
    const claimed = await Promise.all(rows.map((row) => hold(options, row)));
    const helds = claimed.flatMap((each) => each ?? []);
    const woken = helds.filter(({ held }) => held.wake > 0).map(({ held }) => held);
    const inboxes = await readClaimedInboxes(store, woken);
    // Claimed under a lease that was lost meanwhile: they are someone else's, or will be.
    if (lease?.workerId !== workerId) return true;
    for (const { held, row } of helds) carry(held, row, inboxes.get(row.id) ?? []);
    return rows.some((row) => row.more !== false);
  };

  /** Claims and looks take turns: what is held and not carried between two claims is dropped, not on its way. */
  const claimAll = async () => {
    while (state === 'working') {
      if (lookWanted) await look().catch(() => {});
      poked = false;
      const more = await claimOnce().catch((error: unknown) => {
        log.warn({ err: error }, 'due runs could not be claimed; trying again at the next poll');
        return false;
      });
      if (!more && !poked) return;
    }
  };

  const poke = () => {
    poked = true;
    if (state !== 'working' || claiming !== null) return;
    claiming = claimAll().finally(() => {
      claiming = null;
      if (poked && state === 'working' && carrying.size < CAPACITY) poke();
    });
  };

  const alarm = createAlarm({ timers, now: clock.now, ring: () => poke() });

  const look = async () => {
    lookWanted = false;
    if (lease === null) return;
    if (sendingHolds?.holdsAny()) await sendingHolds.read();
    const { workerId } = lease;
    const dropped = await watchHeld(store, workerId, carrying);
    if (dropped.length > 0) await store.giveBackDropped(workerId, dropped);
  };

  const watch = () => {
    lookWanted = true;
    poke();
  };

  return {
    start: async () => {
      await takeNewLease();
      state = 'working';
      cancels = [every(timers, POLL_MS, poke), every(timers, WATCH_MS, watch)];
      poke();
    },
    poke,
    wakeRun: (runId) => carrying.get(runId)?.mailbox.wake(),
    heldRuns: () => carrying.size,
    stop: async () => {
      state = 'stopping';
      for (const cancel of cancels) cancel();
      alarm.stop();
      await claiming;
      await settled(timers, finished, STOP_GRACE_MS);
      await journal.drain();
      for (const each of carrying.values()) each.lost.abort();
      await journal.drain();
      state = 'stopped';
      if (lease !== null) await store.giveBack(lease.workerId).catch(() => {});
      await lease?.stop();
    },
    crash: async () => {
      state = 'stopped';
      for (const cancel of cancels) cancel();
      for (const each of carrying.values()) each.lost.abort();
      await lease?.stop();
    },
  };
}

/** No worker has this id: a write in its name finds no run. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Null where its version cannot be read or planned: one such run must not stop the others of its batch. */
async function hold(
  options: WorkerOptions,
  row: ClaimedRow,
): Promise<{ readonly held: HeldRun; readonly row: ClaimedRow } | null> {
  try {
    const [plan, organization] = await Promise.all([
      options.deployments.plan(row.org_id, row.workflow_id, row.version),
      options.deployments.of(row.org_id),
    ]);
    return { held: holdRun(row, plan, organization), row };
  } catch (error) {
    options.log.error({ err: error, runId: row.id }, 'a run cannot be carried on; it is given back');
    return null;
  }
}

/**
 * Commands to held runs reach them by a poke; where that was lost, or came from another process, by this look. Answers
 * with the runs that the database says are held and nobody carries.
 */
async function watchHeld(
  store: RunStore,
  workerId: string,
  carrying: ReadonlyMap<string, Carrying>,
): Promise<readonly Claim[]> {
  const rows = await store.listHeld(workerId);
  for (const row of rows) {
    const each = carrying.get(row.id);
    if (each && each.held.wake < row.wake) each.mailbox.wake();
  }
  return rows.filter((row) => !carrying.has(row.id));
}

async function settled(timers: Timers, work: ReadonlySet<Promise<void>>, graceMs: number): Promise<void> {
  const grace = Promise.withResolvers<void>();
  const cancel = timers.after(graceMs, grace.resolve);
  await Promise.race([Promise.allSettled(work), grace.promise]);
  cancel();
}

async function retrying(options: Pick<WorkerOptions, 'timers' | 'log'>, work: () => Promise<void>): Promise<void> {
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    try {
      return await work();
    } catch (error) {
      options.log.warn({ err: error }, 'no lease could be taken; trying again');
      await pause(options.timers, pauseMs);
    }
  }
}
