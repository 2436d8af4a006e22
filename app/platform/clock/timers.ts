/** Waiting as an argument, so that a simulation can hold time in its hands. */
export type Timers = {
  /** Milliseconds from some fixed point; it never goes back. */
  readonly monotonicMs: () => number;
  /** Calls back once, after at least so long. Returns the way to call it off. */
  readonly after: (delayMs: number, work: () => void) => () => void;
  /** Resolves once all that is ready now has had its turn. */
  readonly turn: () => Promise<void>;
};

export const systemTimers: Timers = {
  monotonicMs: () => performance.now(),
  after: (delayMs, work) => {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

export function pause(timers: Timers, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(delayMs, resolve);
  });
}

/** Calls back again and again until called off. The pause begins when the call has returned. */
export function every(timers: Timers, periodMs: number, work: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = timers.after(periodMs, () => {
      next();
      work();
    });
  };
  next();
  return () => cancel();
}
