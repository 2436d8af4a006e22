import type { Log } from '../platform/log/log.ts';

/** Does `work` every so often, never twice at once; a failure is logged and does not end it. Returns the way to stop. */
export function runEvery(everyMs: number, work: () => Promise<unknown>, log: Log): () => Promise<void> {
  let under: Promise<unknown> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    under = work()
      .catch((error: unknown) => log.warn({ err: error }, 'a recurring task failed'))
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await under;
  };
}
