import type { JsonObject } from '@mainspring/engine/json.ts';
import { type Commit, changesIn } from '../database/server.ts';
import { type RunRow, stepId } from '../database/tables.ts';
import type { CreateInvariant } from './invariant.ts';

/** A step starts one child for each attempt; a child's end is told to the step that waits for it, once. */
export const children: CreateInvariant = ({ site, fail }) => {
  const { tables, server } = site;
  const awaited = new Map<string, number>();
  const latest = new Map<string, string>();
  const called = new Map<string, number>();
  const ends = new Map<string, number>();
  const answers = new Map<string, number>();
  const raise = (counts: Map<string, number>, key: string) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts.get(key) ?? 0;
  };
  const checkStart = (run: RunRow) => {
    const { id, parent_run_id: parent, parent_step: step } = run;
    if (parent === null) return;
    if (step !== null) {
      const key = stepId(parent, step);
      const times = raise(awaited, key);
      latest.set(key, id);
      const record = server.find(tables.steps, key) ?? server.find(tables.stepHistory, key);
      if (times > (record?.attempt ?? 0))
        fail(`${key} started ${id}, its child ${times} at attempt ${record?.attempt}`);
      return;
    }
    const node = String((run.event.data as JsonObject).calledBy);
    const times = raise(called, `${parent}/${node}`);
    const steps = [...server.committed(tables.steps), ...server.committed(tables.stepHistory)];
    const done = steps.filter((each) => each.run_id === parent && each.node_id === node && each.status === 'completed');
    if (times > done.length)
      fail(`${parent} started ${times} children at ${node}, which was completed ${done.length} times`);
  };
  /** A step that has done with waiting heard of the child that it started last. */
  const checkAnswers = (commit: Commit) => {
    const heard = changesIn(commit, tables.inbox).flatMap(({ before, after }) =>
      after === undefined && before?.message.kind === 'child-finished' ? [before] : [],
    );
    for (const { run_id, message } of heard) {
      if (message.kind !== 'child-finished') continue;
      const key = stepId(run_id, message.step);
      const change = [...changesIn(commit, tables.steps), ...changesIn(commit, tables.stepHistory)].find(
        (each) => each.key === key && each.after !== undefined,
      );
      const isAnswered = change?.after?.status === 'completed' || change?.after?.error?.code.startsWith('child_');
      const all = heard.flatMap((each) => (each.message.kind === 'child-finished' ? [each.message.runId] : []));
      const child = latest.get(key) ?? '';
      if (isAnswered && !all.includes(child)) fail(`${key} waits for ${child} and was answered by ${message.runId}`);
    }
  };
  return {
    onCommit: (commit) => {
      for (const { before, after } of changesIn(commit, tables.runs)) {
        const isNew = before === undefined && after !== undefined && !ends.has(after.id);
        if (isNew) checkStart(after);
      }
      for (const { after } of changesIn(commit, tables.inbox)) {
        if (after?.message.kind !== 'child-finished') continue;
        const { runId } = after.message;
        raise(answers, runId);
      }
      for (const { key, after } of changesIn(commit, tables.history)) {
        if (after === undefined) continue;
        const times = raise(ends, key);
        if (after.parent_run_id === null || after.parent_step === null) continue;
        const told = answers.get(key) ?? 0;
        if (told > times) fail(`${key} ended ${times} times and told its parent ${told} times`);
        const parentStep = stepId(after.parent_run_id, after.parent_step);
        const isAwaited = latest.get(parentStep) === key && server.find(tables.steps, parentStep)?.status === 'waiting';
        if (isAwaited && told === 0) fail(`${key} ended and ${after.parent_run_id} was not told`);
      }
      checkAnswers(commit);
    },
  };
};
