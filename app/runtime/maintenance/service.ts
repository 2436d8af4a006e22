import type { Timers } from '../../platform/clock/timers.ts';
import type { Log } from '../../platform/db/log.ts';

/** A duty done again and again in the background. One at a time; a failure is logged and does not stop the next. */
export type Service = { readonly start: () => void; readonly stop: () => Promise<void> };

export function createService(options: {
  readonly name: string;
  readonly everyMs: number;
  readonly log: Log;
  readonly timers: Timers;
  /** Answers true where there is more to do at once. */
  readonly work: () => Promise<boolean>;
}): Service {
  let cancel = () => {};
  let working: Promise<void> = Promise.resolve();
  let stopped = true;

  const round = async () => {
    try {
      while (!stopped && (await options.work()));
    } catch (error) {
      if (!stopped) options.log.warn({ err: error, service: options.name }, 'a background duty failed; trying again');
    }
    if (!stopped) cancel = options.timers.after(options.everyMs, next);
  };
  const next = () => {
    working = round();
  };
  return {
    start: () => {
      stopped = false;
      next();
    },
    stop: async () => {
      stopped = true;
      cancel();
      await working;
    },
  };
}
