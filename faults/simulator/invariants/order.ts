import { changesIn } from '../database/server.ts';
import type { CreateInvariant } from './invariant.ts';

/** Where order is asked for, a run begins only when every earlier one of its subject has ended; limits hold too. */
export const order: CreateInvariant = ({ site: { tables, server }, fail }) => ({
  onCommit: (commit) => {
    for (const { key, before, after } of changesIn(commit, tables.runs)) {
      if (after === undefined || after.worker_id === null || before?.worker_id) continue;
      const runs = server.committed(tables.runs);
      const held = runs.filter((run) => run.workflow_id === after.workflow_id && run.worker_id !== null);
      if (after.concurrency !== null && held.length > after.concurrency) {
        fail(`${held.length} runs of ${after.workflow_id} are held; ${after.concurrency} may be`);
      }
      if (after.order_key === null || after.state !== null) continue;
      const earlier = runs.find(
        (run) => run.workflow_id === after.workflow_id && run.order_key === after.order_key && run.seq < after.seq,
      );
      if (earlier !== undefined) fail(`${key} began before ${earlier.id}, which came first for the same subject`);
    }
  },
});
