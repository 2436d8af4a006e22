/**
 * Time as an argument, so that tests can set it. Whether something is due is never decided here: the database's clock
 * alone says so.
 */
export type Clock = {
  /** The wall clock; it may jump. For what people read. */
  now(): Date;
  /** Milliseconds from some fixed point; it never goes back. For measuring how long something takes. */
  monotonicMs(): number;
};

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
