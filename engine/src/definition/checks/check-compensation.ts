import { didYouMean } from '../did-you-mean.ts';
import { isFlowType } from '../flow-nodes.ts';
import type { WorkflowNode } from '../format.ts';
import type { Graph } from '../graph.ts';
import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

/** What undoes a node is an action that stands apart from all edges. */
export const checkCompensation: Check = ({ definition, graph }) =>
  definition.nodes.flatMap((node, index): Finding[] => {
    if (node.compensate === undefined) return [];
    const place = { code: 'compensation', path: ['nodes', index, 'compensate'] } as const;
    const wrong = wrongTarget(graph, node, node.compensate);
    if (wrong !== null) return [{ ...place, what: wrong, hint: hintFor(graph, node.compensate) }];
    if (definition.settings.onError === 'rollback') return [];
    const what = `names '${node.compensate}', which runs only with "onError": "rollback" in the settings`;
    return [{ ...place, what, severity: 'warning' }];
  });

function wrongTarget(graph: Graph, node: WorkflowNode, target: string): string | null {
  const found = graph.nodes.get(target);
  if (found === undefined) return `names '${target}', which is no node`;
  if (target === node.id) return 'names the node itself; name the action that undoes it';
  if (isFlowType(found.node.type)) return `names '${target}', a flow node; only an action can undo a step`;
  if (found.incoming.length > 0) return `names '${target}', which edges lead to; what undoes a step must have none`;
  if (found.outgoing.length > 0)
    return `names '${target}', which has edges that lead on; what undoes a step must have none`;
  if (found.node.compensate !== undefined) return `names '${target}', which has a compensation itself; that never runs`;
  return null;
}

function hintFor(graph: Graph, target: string): string {
  return graph.nodes.has(target) ? '' : didYouMean(target, graph.nodes.keys());
}
