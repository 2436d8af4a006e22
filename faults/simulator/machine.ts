/**
 * One process: it works, is frozen for a while (nothing that comes in is looked at until it thaws), or is dead for
 * good. What it had in memory dies with it, and its promises simply never settle.
 *
 * Its second thread, which keeps the lease, may go on while the first is blocked.
 */
import type { Timers } from '../../app/platform/clock/timers.ts';
import type { Scheduler } from './scheduler.ts';

export type Machine = {
  readonly name: string;
  readonly isAlive: () => boolean;
  readonly isFrozen: () => boolean;
  /** Of the main thread and of the lease's. */
  readonly main: Thread;
  readonly leaseThread: Thread;
  /** `whole`: both threads (SIGSTOP). `main`: a heavy step blocks the event loop. */
  readonly freeze: (which: 'whole' | 'main', forMs: number) => void;
  readonly crash: () => void;
  readonly onCrash: (work: () => void) => void;
};

export type Thread = {
  readonly timers: Timers;
  /** Something arrives: done at once, at the thaw, or never. */
  readonly deliver: (work: () => void) => void;
};

export function createMachine(options: {
  readonly name: string;
  readonly scheduler: Scheduler;
  /** What its monotonic clock showed when the simulation began. */
  readonly clockOffsetMs: number;
}): Machine {
  const { name, scheduler, clockOffsetMs } = options;
  let isAlive = true;
  let mainFrozenUntil = 0;
  let wholeFrozenUntil = 0;
  const crashWork: (() => void)[] = [];

  const createThread = (frozenUntil: () => number): Thread => {
    const deliver = (work: () => void) => {
      if (!isAlive) return;
      const waitMs = frozenUntil() - scheduler.nowMs();
      if (waitMs > 0) scheduler.after(waitMs, () => deliver(work));
      else work();
    };
    const after = (delayMs: number, work: () => void) => {
      let isCancelled = false;
      const cancel = scheduler.after(delayMs, () => deliver(() => isCancelled || work()));
      return () => {
        isCancelled = true;
        cancel();
      };
    };
    return {
      deliver,
      timers: {
        monotonicMs: () => clockOffsetMs + scheduler.nowMs(),
        after,
        turn: () => new Promise((resolve) => void after(0, resolve)),
      },
    };
  };

  return {
    name,
    isAlive: () => isAlive,
    isFrozen: () => Math.max(mainFrozenUntil, wholeFrozenUntil) > scheduler.nowMs(),
    main: createThread(() => Math.max(mainFrozenUntil, wholeFrozenUntil)),
    leaseThread: createThread(() => wholeFrozenUntil),
    freeze: (which, forMs) => {
      const until = scheduler.nowMs() + forMs;
      if (which === 'whole') wholeFrozenUntil = Math.max(wholeFrozenUntil, until);
      else mainFrozenUntil = Math.max(mainFrozenUntil, until);
    },
    crash: () => {
      if (!isAlive) return;
      isAlive = false;
      for (const work of crashWork) work();
    },
    onCrash: (work) => void crashWork.push(work),
  };
}
