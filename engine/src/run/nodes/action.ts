import type { WorkflowNode } from '../../definition/format.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import type { Outcome, Site } from './outcome.ts';

export function startAction(node: WorkflowNode, { names }: Site): Outcome {
  return { kind: 'perform', input: resolveValue(node.input ?? {}, names) };
}
