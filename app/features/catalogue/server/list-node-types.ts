import { flowNodes } from '@mainspring/engine/definition/flow-nodes.ts';
import type { WorkflowNode } from '@mainspring/engine/definition/format.ts';
import { triggerTypes } from '@mainspring/engine/definition/trigger-types.ts';
import type { actionFacts } from '@mainspring/sdk/action.ts';
import type { NodeType } from '../contract.ts';

export type ActionDescription = ReturnType<typeof actionFacts>;

/** Every trigger, flow node and action, in this order. */
export function listNodeTypes(actions: Iterable<ActionDescription>): NodeType[] {
  return [
    ...Object.values(triggerTypes).map(({ ports, ...facts }) => ({
      ...facts,
      kind: 'trigger' as const,
      ports: [...ports],
    })),
    ...Object.values(flowNodes).map(({ ports, ...facts }) => ({
      ...facts,
      kind: 'flow' as const,
      ports: [...ports(bareNode(facts.type))],
    })),
    ...[...actions].map(({ retry: _, emits: __, ...facts }) => ({
      ...facts,
      kind: 'action' as const,
      ports: ['next'],
    })),
  ];
}

/** A node as the builder drops it, without input yet. */
function bareNode(type: string): WorkflowNode {
  return { id: 'node', type };
}
