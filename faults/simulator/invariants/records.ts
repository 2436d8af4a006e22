import { changesIn } from '../database/server.ts';
import { stepId } from '../database/tables.ts';
import type { CreateInvariant } from './invariant.ts';

/** What record actions wrote is there exactly for the steps that are committed as completed, once each. */
export const records: CreateInvariant = ({ site, fail }) => {
  const { tables, server } = site;
  return {
    onCommit: (commit) => {
      const touched = new Set<string>();
      for (const { after } of changesIn(commit, tables.notes)) if (after) touched.add(stepId(after.run_id, after.step));
      for (const { key, after } of [...changesIn(commit, tables.steps), ...changesIn(commit, tables.stepHistory)]) {
        if (after !== undefined && site.nodeOf(after.run_id, after.node_id)?.type === 'sim.note') touched.add(key);
      }
      if (touched.size === 0) return;
      const notes = Map.groupBy(server.committed(tables.notes), (note) => stepId(note.run_id, note.step));
      for (const key of touched) {
        const record = server.find(tables.steps, key) ?? server.find(tables.stepHistory, key);
        const times = notes.get(key)?.length ?? 0;
        const wanted = record?.status === 'completed' ? 1 : 0;
        if (times !== wanted) fail(`${key} is ${record?.status} and its record was written ${times} times`);
      }
    },
  };
};
