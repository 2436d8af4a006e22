import type { FlowInput } from '../../definition/flow-nodes.ts';
import { conditionsHold } from '../condition-rows.ts';
import type { Outcome, Site } from './outcome.ts';

export function startIf(input: FlowInput<'flow.if'>, { names, zone }: Site): Outcome {
  const result = conditionsHold(input, names, zone);
  return { kind: 'leave', port: String(result), output: { result } };
}
