import { setTimeout as delay } from 'node:timers/promises';
import type { RunView, StepView } from '../../../runtime/public.ts';
import type { RunsContext } from './runs-context.ts';
import { readSeenSteps } from './seen-steps.ts';

export type RunNews =
  | { readonly kind: 'step'; readonly id: string; readonly step: StepView }
  /** The run has ended; nothing follows. */
  | { readonly kind: 'run'; readonly id: string; readonly run: RunView }
  /** Nothing happened for a while. */
  | { readonly kind: 'heartbeat' };

/** A busy run is read at most so often; followers get its latest state, not every state between. */
const SHORTEST_PAUSE_MS = 100;
/** Without a hint the run is read all the same, less and less often while nothing happens. */
const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 5000;
const HEARTBEAT_MS = 15_000;

/**
 * Yields each step of a run as it is committed, from what `lastEventId` had not seen, and at last the run itself. Hints
 * of commits make it quick; it also looks by itself, so that a lost hint does no harm. Ends early when `signal` aborts.
 */
export async function* followRun(
  { runtime }: Pick<RunsContext, 'runtime'>,
  { organizationId, runId }: { readonly organizationId: string; readonly runId: string },
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<RunNews, void> {
  const seen = readSeenSteps(lastEventId);
  const bell = createBell();
  const stopWatching = runtime.watchRun(runId, bell.ring);
  let pollMs = FIRST_POLL_MS;
  let quietMs = 0;
  try {
    while (!signal.aborted) {
      // The run first: when it has ended, the steps read after it are all there are.
      const run = await runtime.findRun(organizationId, runId);
      if (run === undefined) return;
      let news = false;
      for (const [place, step] of (await runtime.listSteps(organizationId, runId)).entries()) {
        if (!seen.take(place, step)) continue;
        news = true;
        yield { kind: 'step', id: seen.id(), step };
      }
      if (run.finishedAt !== null) return yield { kind: 'run', id: seen.id(), run };

      pollMs = news ? FIRST_POLL_MS : Math.min(pollMs * 2, LONGEST_POLL_MS);
      quietMs = news ? 0 : quietMs + pollMs;
      if (quietMs >= HEARTBEAT_MS) {
        quietMs = 0;
        yield { kind: 'heartbeat' };
      }
      await pause(SHORTEST_PAUSE_MS, signal);
      await Promise.race([bell.wait(), pause(pollMs, signal)]);
    }
  } finally {
    stopWatching();
  }
}

/** A ring that nobody waited for is heard by the next who waits. */
function createBell() {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    wait: async () => {
      await rung.promise;
      rung = Promise.withResolvers<void>();
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
