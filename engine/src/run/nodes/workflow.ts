import type { FlowInput } from '../../definition/flow-nodes.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import { addDuration } from '../../schedule/duration.ts';
import type { Outcome, Site } from './outcome.ts';
import { resolveText } from './resolve-text.ts';

export function startWorkflow(input: FlowInput<'flow.workflow'>, { names, now, zone, timeout }: Site): Outcome {
  return {
    kind: 'call-workflow',
    workflowId: resolveText(input.workflow, names, 'workflow'),
    input: input.input === undefined ? null : resolveValue(input.input, names),
    wait: input.wait,
    timer: timeout === undefined ? null : { dueAt: addDuration(now, timeout, zone), since: now },
  };
}
