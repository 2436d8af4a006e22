import { changesIn } from '../database/server.ts';
import type { CreateInvariant } from './invariant.ts';

const REASONS = new Set(['paused', 'outcome_unknown', 'worker_lost']);

/** A run that heard of its cancelling is cancelled; one that is parked says why, in a letter that somebody sees. */
export const commands: CreateInvariant = ({ site: { tables, server }, fail }) => ({
  onCall: ({ machine, context: { runId, step } }) => {
    const phase = server.find(tables.runs, runId)?.state?.state.phase;
    if (phase?.kind === 'ending' && phase.status === 'cancelled') {
      fail(`${machine.name} calls for ${runId}/${step}, which was cancelled before`);
    }
  },
  onCommit: (commit) => {
    for (const { before, after } of changesIn(commit, tables.inbox)) {
      if (after !== undefined || before?.message.kind !== 'cancel-requested') continue;
      const run = server.find(tables.runs, before.run_id);
      if (run === undefined) continue;
      const phase = run.state?.state.phase;
      if (phase?.kind !== 'ending' || phase.status !== 'cancelled') {
        fail(`${before.run_id} read that it was cancelled and is ${phase?.kind}`);
      }
    }
    for (const { key, after } of changesIn(commit, tables.runs)) {
      if (after === undefined || after.parked === null) continue;
      const { code, message } = after.parked;
      if (!REASONS.has(code)) fail(`${key} was parked as ${code}: ${message}`);
    }
  },
});
