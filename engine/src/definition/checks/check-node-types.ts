import { didYouMean } from '../did-you-mean.ts';
import { flowNodes, isFlowType } from '../flow-nodes.ts';
import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

/** Every node's type is known, unless the node is switched off; what is switched off is said. */
export const checkNodeTypes: Check = ({ definition, actions }) =>
  definition.nodes.flatMap((node, index): Finding[] => {
    if (node.disabled === true) {
      const what = 'is switched off: runs go on as if it were not there';
      return [{ code: 'disabled_node', path: ['nodes', index], what, severity: 'warning' }];
    }
    if (isFlowType(node.type) || actions.find(node.type) !== undefined) return [];
    const isFlow = node.type.startsWith('flow.');
    const flowTypes = Object.keys(flowNodes);
    const what = `'${node.type}' is unknown; it must be ${isFlow ? `one of ${flowTypes.join(', ')}` : 'a flow node or an installed action'}`;
    return [{ code: 'unknown_type', path: ['nodes', index, 'type'], what, hint: didYouMean(node.type, flowTypes) }];
  });
