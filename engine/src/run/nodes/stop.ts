import type { FlowInput } from '../../definition/flow-nodes.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import type { Outcome, Site } from './outcome.ts';
import { resolveText } from './resolve-text.ts';

export function startStop(input: FlowInput<'flow.stop'>, { names }: Site): Outcome {
  return {
    kind: 'stop-run',
    status: input.status,
    message: input.message === undefined ? null : resolveText(input.message, names, 'message'),
    output: input.output === undefined ? null : resolveValue(input.output, names),
  };
}
