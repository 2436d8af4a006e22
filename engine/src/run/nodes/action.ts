import type { WorkflowNode } from '../../definition/format.ts';
import { type LiteralPlaces, resolveValue } from '../../expression/resolve-value.ts';
import type { Outcome, Site } from './outcome.ts';

/** `literals`: the places of its input that are taken as they are written. */
export function startAction(node: WorkflowNode, literals: LiteralPlaces | undefined, { names }: Site): Outcome {
  return { kind: 'perform', input: resolveValue(node.input ?? {}, names, literals) };
}
