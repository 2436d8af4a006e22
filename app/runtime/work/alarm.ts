import type { Timers } from '../../platform/clock/timers.ts';

/**
 * Rings when runs that this worker let go of become due, so that their timers need not wait for the next poll. Moments
 * close together ring once; what is far off, or too much to remember, is left to the poll.
 */
export type Alarm = {
  /** Milliseconds since the epoch, by the database's clock. */
  readonly at: (dueMs: number) => void;
  readonly stop: () => void;
};

const SLOT_MS = 20;
const HORIZON_MS = 60_000;
const MAX_SLOTS = 1_000;

export function createAlarm(options: {
  readonly timers: Timers;
  readonly now: () => number;
  readonly ring: () => void;
}): Alarm {
  const { timers, now, ring } = options;
  const slots = new Map<number, () => void>();
  return {
    at: (dueMs) => {
      const inMs = dueMs - now();
      if (inMs <= 0) return ring();
      const slot = Math.ceil(dueMs / SLOT_MS);
      if (inMs > HORIZON_MS || slots.size >= MAX_SLOTS || slots.has(slot)) return;
      const cancel = timers.after(slot * SLOT_MS - now() + 1, () => {
        slots.delete(slot);
        ring();
      });
      slots.set(slot, cancel);
    },
    stop: () => {
      for (const cancel of slots.values()) cancel();
      slots.clear();
    },
  };
}
