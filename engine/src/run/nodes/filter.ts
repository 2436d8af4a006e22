import type { FlowInput } from '../../definition/flow-nodes.ts';
import { NEXT } from '../../definition/format.ts';
import { conditionsHold } from '../condition-rows.ts';
import type { Outcome, Site } from './outcome.ts';

export function startFilter(input: FlowInput<'flow.filter'>, { names, zone }: Site): Outcome {
  const result = conditionsHold(input, names, zone);
  return { kind: 'leave', port: result ? NEXT : null, output: { result } };
}
