import type { RunStore, Statements } from './run-store.ts';

/** What a process counts of its work. */
export type RuntimeMeter = {
  readonly eventsCommitted: (inOneBatch: number) => void;
  readonly runsAccepted: (runs: number) => void;
  readonly runClaimed: (lagSeconds: number) => void;
  readonly stepCommitted: (status: string) => void;
  readonly runFinished: (status: 'completed' | 'failed' | 'cancelled') => void;
};

/** The same store, counting what went through it and was committed. */
export function meterRunStore(store: RunStore, meter: RuntimeMeter): RunStore {
  const counting = (statements: Statements, counts: (() => void)[]): Statements => ({
    ...statements,
    acceptEvents: async (events, runs) => {
      const outcomes = await statements.acceptEvents(events, runs);
      const accepted = new Set(outcomes.filter((each) => each.outcome === 'accepted').map((each) => each.id));
      counts.push(() => {
        meter.eventsCommitted(outcomes.length);
        meter.runsAccepted(runs.filter((run) => accepted.has(run.event_id)).length);
      });
      return outcomes;
    },
    commitJournal: async (workerId, rows) => {
      const written = await statements.commitJournal(workerId, rows);
      const held = new Set(written.map((each) => each.id));
      counts.push(() => {
        for (const step of rows.steps) if (held.has(step.run_id)) meter.stepCommitted(step.status);
        for (const run of rows.runs) if (run.ended !== null && held.has(run.id)) meter.runFinished(run.ended);
      });
      return written;
    },
  });
  // Statements inside a transaction count when it has committed, and once, however often it was tried.
  const afterwards = async <T>(work: (counts: (() => void)[]) => Promise<T>): Promise<T> => {
    const counts: (() => void)[] = [];
    const result = await work(counts);
    for (const count of counts) count();
    return result;
  };
  const alone: Statements = {
    ...store.alone,
    acceptEvents: (events, runs) => afterwards((counts) => counting(store.alone, counts).acceptEvents(events, runs)),
    commitJournal: (workerId, rows) =>
      afterwards((counts) => counting(store.alone, counts).commitJournal(workerId, rows)),
  };
  return {
    ...store,
    claim: async (workerId, room) => {
      const rows = await store.claim(workerId, room);
      for (const row of rows) meter.runClaimed(Math.max(0, Number(row.now_ms) - Number(row.due_ms)) / 1000);
      return rows;
    },
    alone,
    together: (work) =>
      afterwards((counts) =>
        store.together((statements) => {
          counts.length = 0;
          return work(counting(statements, counts));
        }),
      ),
    recording: (organizationId, work) =>
      afterwards((counts) =>
        store.recording(organizationId, (statements) => {
          counts.length = 0;
          return work({ ...statements, ...counting(statements, counts) });
        }),
      ),
  };
}
