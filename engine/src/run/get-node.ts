import type { Draft } from './draft.ts';
import type { PlanNode } from './plan.ts';
import type { Place } from './state.ts';
import { nodeIdOf } from './step-key.ts';

export function getNode(draft: Draft, place: Place): PlanNode {
  const node = draft.plan.nodes.get(nodeIdOf(place.step));
  if (node === undefined) throw new Error(`The plan has no node '${place.step}'.`);
  return node;
}
