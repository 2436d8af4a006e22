import { changesIn } from '../database/server.ts';
import type { CreateInvariant } from './invariant.ts';

/** A run is changed by the process that holds it and by no other, and held only by one that has a lease. */
export const holding: CreateInvariant = ({ site: { tables, server }, fail }) => {
  const machineOf = new Map<string, string>();
  return {
    onCommit: (commit) => {
      for (const { key, before } of changesIn(commit, tables.workers)) {
        if (before === undefined) machineOf.set(key, commit.by);
      }
      for (const { key, before, after } of changesIn(commit, tables.runs)) {
        const holder = after?.worker_id ?? null;
        if (holder !== null && holder !== before?.worker_id) {
          if (machineOf.get(holder) !== commit.by) fail(`${commit.by} claimed ${key} in the name of another`);
          if (server.find(tables.workers, holder) === undefined) fail(`${commit.by} claimed ${key} without a lease`);
        }
        const isWritten = before !== undefined && (after === undefined || after.state !== before.state);
        if (!isWritten) continue;
        if (before.worker_id === null) fail(`${commit.by} wrote ${key}, which nobody held`);
        else if (machineOf.get(before.worker_id) !== commit.by) {
          fail(`${commit.by} wrote ${key}, which ${machineOf.get(before.worker_id)} held`);
        }
      }
    },
  };
};
