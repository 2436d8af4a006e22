import type { FlowInput } from '../../definition/flow-nodes.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import type { JsonObject } from '../../json.ts';
import type { Outcome, Site } from './outcome.ts';

/** All values are evaluated before any is set: one cannot read another of the same node. */
export function startSet(input: FlowInput<'flow.set'>, { names }: Site): Outcome {
  return { kind: 'set-vars', vars: resolveValue(input.vars, names) as JsonObject };
}
