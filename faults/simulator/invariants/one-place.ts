import { changesIn } from '../database/server.ts';
import type { CreateInvariant } from './invariant.ts';

/** A run that its worker dropped is due again after so long. */
const DROPPED_PAUSE_MS = 5_000;

/**
 * A run is alive or in the history, never both and never neither; what belongs to a live run goes when it ends. A run
 * that nobody holds and that has something in its inbox is due.
 */
export const onePlace: CreateInvariant = ({ site: { tables, server }, fail }) => {
  return {
    onCommit: (commit) => {
      const touched = new Set<string>();
      for (const { key } of changesIn(commit, tables.runs)) touched.add(key);
      for (const { key } of changesIn(commit, tables.history)) touched.add(key);
      for (const table of [tables.inbox, tables.waits, tables.steps] as const) {
        for (const { before, after } of changesIn<{ readonly run_id: string }>(commit, table)) {
          touched.add((after ?? before)?.run_id ?? '');
        }
      }
      if (touched.size === 0) return;
      const waiting = new Set(server.committed(tables.inbox).map((row) => row.run_id));
      const belongings = new Set([
        ...waiting,
        ...server.committed(tables.waits).map((row) => row.run_id),
        ...server.committed(tables.steps).map((row) => row.run_id),
      ]);
      for (const runId of touched) {
        const live = server.find(tables.runs, runId);
        const ended = server.find(tables.history, runId);
        if (live !== undefined && ended !== undefined) fail(`${runId} is alive and in the history`);
        if (live === undefined && ended === undefined) fail(`${runId} is nowhere`);
        if (live === undefined && belongings.has(runId)) fail(`${runId} has ended and left messages, waits or steps`);
        if (live === undefined || live.worker_id !== null || !waiting.has(runId)) continue;
        // What came before a run killed its workers waits for the person who resumes it.
        if (live.parked?.code === 'worker_lost' && live.due_ms === null) continue;
        if (live.due_ms === null || live.due_ms > server.latestMs() + DROPPED_PAUSE_MS)
          fail(`${runId} has something in its inbox and is not due`);
      }
    },
  };
};
