import type { RunEvent } from '@mainspring/engine/run/event.ts';
import type { Timers } from '../../platform/clock/timers.ts';

/** Where answers to a held run arrive while it is busy elsewhere. One taker at a time. */
export type Mailbox = {
  readonly put: (event: RunEvent) => void;
  /** Says that the run's inbox in the database has something new. */
  readonly wake: () => void;
  /** Resolves with all that came, as soon as there is anything, or when `dueInMs` has passed, or on abort. */
  readonly take: (
    dueInMs: number | null,
    signal: AbortSignal,
  ) => Promise<{ readonly events: readonly RunEvent[]; readonly woken: boolean; readonly due: boolean }>;
};

/** Timers of Node.js count in 32 bits. */
const LONGEST_TIMER_MS = 2_147_483_647;

export function createMailbox(timers: Timers): Mailbox {
  let events: RunEvent[] = [];
  let woken = false;
  let ring: (() => void) | null = null;

  return {
    put: (event) => {
      events.push(event);
      ring?.();
    },
    wake: () => {
      woken = true;
      ring?.();
    },
    take: async (dueInMs, signal) => {
      let due = false;
      if (events.length === 0 && !woken && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const fire = () => {
            due = true;
            resolve();
          };
          const cancel = dueInMs === null ? null : timers.after(Math.min(dueInMs + 1, LONGEST_TIMER_MS), fire);
          const leave = () => {
            cancel?.();
            signal.removeEventListener('abort', leave);
            ring = null;
            resolve();
          };
          ring = leave;
          signal.addEventListener('abort', leave, { once: true });
        });
        ring = null;
      }
      const taken = { events, woken, due };
      events = [];
      woken = false;
      return taken;
    },
  };
}
