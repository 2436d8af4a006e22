import type { Log } from '../../platform/db/log.ts';

/** A duty done again and again in the background. One at a time; a failure is logged and does not stop the next. */
export type Service = { readonly start: () => void; readonly stop: () => Promise<void> };

export function createService(options: {
  readonly name: string;
  readonly everyMs: number;
  readonly log: Log;
  /** Answers true where there is more to do at once. */
  readonly work: () => Promise<boolean>;
}): Service {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let stopped = true;

  const round = async () => {
    try {
      while (!stopped && (await options.work()));
    } catch (error) {
      if (!stopped) options.log.warn({ err: error, service: options.name }, 'a background duty failed; trying again');
    }
    if (!stopped) timer = setTimeout(next, options.everyMs);
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
      clearTimeout(timer);
      await working;
    },
  };
}
