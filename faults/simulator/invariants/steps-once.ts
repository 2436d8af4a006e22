import type { StepRow } from '../../../app/runtime/work/journal-rows.ts';
import { changesIn } from '../database/server.ts';
import type { CreateInvariant } from './invariant.ts';

/** A completed step stays as it is, but for being undone; no timer fires early, and nothing happens in the future. */
export const stepsOnce: CreateInvariant = ({ site: { tables, server, lastJumpMs }, fail }) => {
  const last = new Map<string, StepRow>();
  return {
    onCommit: (commit) => {
      for (const { key, after } of [...changesIn(commit, tables.steps), ...changesIn(commit, tables.stepHistory)]) {
        if (after === undefined) continue;
        const before = last.get(key);
        last.set(key, after);
        if (before?.status === 'completed' && after.status !== 'compensated' && !isSame(before, after)) {
          fail(`${key} was completed and changed: ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
        }
        const endMs = after.finished_at === null ? null : Date.parse(after.finished_at);
        if (endMs !== null && endMs > server.latestMs())
          fail(`${key} ended at ${after.finished_at}, which is still to come`);
        if (before?.status !== 'waiting' || before.due_at === null || endsEarly(after)) continue;
        if (Date.parse(before.due_at) > server.latestMs()) fail(`${key} was due at ${before.due_at} and fired early`);
        const hasJumped = Number.isFinite(lastJumpMs());
        if (!hasJumped && endMs !== null && endMs < Date.parse(before.due_at)) {
          fail(`${key} was due at ${before.due_at} and ended at ${after.finished_at}`);
        }
      }
    },
  };
};

/** A wait may end before its time by what it waits for, or with its run. */
function endsEarly(step: StepRow): boolean {
  const isAnswered = step.port === 'received' || JSON.stringify(step.input).includes('"workflow"');
  return isAnswered || step.status === 'waiting' || step.status === 'skipped' || step.status === 'failed';
}

function isSame(one: StepRow, other: StepRow): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
