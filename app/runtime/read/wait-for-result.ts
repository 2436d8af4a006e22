import { pause, type Timers } from '../../platform/clock/timers.ts';
import type { Database } from '../../platform/db/database.ts';
import type { RunResult } from '../public.ts';
import type { RunWatch } from '../work/run-watch.ts';
import { findResult } from './read-runs.ts';

/** Hints may be lost, or the run may end in another process. */
const POLL_MS = 300;

/** The result of a run as soon as it has one; undefined where it has none within the time. */
export async function waitForResult(
  deps: { readonly db: Database; readonly watch: RunWatch; readonly timers: Timers },
  organizationId: string,
  runId: string,
  timeoutMs: number,
): Promise<RunResult | undefined> {
  const { timers } = deps;
  const end = timers.monotonicMs() + timeoutMs;
  let changed = Promise.withResolvers<void>();
  const stop = deps.watch.watch(runId, () => changed.resolve());
  try {
    while (true) {
      changed = Promise.withResolvers<void>();
      const result = await findResult(deps.db, organizationId, runId);
      const leftMs = end - timers.monotonicMs();
      if (result !== undefined || leftMs <= 0) return result;
      await Promise.race([changed.promise, pause(timers, Math.min(POLL_MS, leftMs))]);
    }
  } finally {
    stop();
  }
}
