import type { FlowInput } from '../../definition/flow-nodes.ts';
import { seededRandom } from '../../schedule/backoff.ts';
import type { Outcome, Site } from './outcome.ts';

/** One subject always goes the same way at one node; without a subject the run's id decides. */
export function startSplit({ branches }: FlowInput<'flow.split'>, { run, nodeId }: Site): Outcome {
  const total = branches.reduce((sum, branch) => sum + branch.weight, 0);
  const point = total * seededRandom(`${run.workflowId}/${nodeId}/${run.subjectId ?? run.id}`);
  const branch = branchAt(branches, point);
  return { kind: 'leave', port: branch, output: { branch } };
}

function branchAt(branches: FlowInput<'flow.split'>['branches'], point: number): string {
  let sum = 0;
  for (const { name, weight } of branches) {
    sum += weight;
    if (point < sum) return name;
  }
  throw new Error('The weights of a split add up to less than their sum.');
}
