import { didYouMean } from '../did-you-mean.ts';
import { isFlowType, portsOf } from '../flow-nodes.ts';
import { type Edge, ERROR, NEXT, type WorkflowNode } from '../format.ts';
import type { Finding } from '../problem.ts';
import type { Check, CheckContext } from './check-context.ts';

/** Every edge leads from a port that is there to a node that is there, once. */
export const checkEdges: Check = (context) => {
  const { definition } = context;
  const seen = new Set<string>();
  const found: Finding[] = [];
  for (const [index, edge] of definition.edges.entries()) {
    found.push(...checkEnds(context, edge, index), ...checkPort(context, edge, index));
    const key = `${edge.from} ${edge.to} ${edge.port ?? NEXT}`;
    if (seen.has(key)) {
      const what = 'stands twice with the same port; one is enough';
      found.push({ code: 'duplicate_edge', path: ['edges', index], nodeId: edge.from, what });
    }
    seen.add(key);
  }
  return [...found, ...checkErrorBranches(context)];
};

function checkEnds({ definition, graph }: CheckContext, { from, to }: Edge, index: number): Finding[] {
  const found: Finding[] = [];
  const ids = [...graph.nodes.keys()];
  if (!graph.nodes.has(from) && !graph.triggers.has(from)) {
    const what = `starts at '${from}', which is no node and no trigger`;
    const hint = didYouMean(from, [...ids, ...graph.triggers.keys()]);
    const end = graph.nodes.has(to) ? { nodeId: to } : {};
    found.push({ code: 'dangling_edge', path: ['edges', index, 'from'], ...end, what, hint });
  }
  if (graph.nodes.has(to)) return found;
  const isTrigger = definition.triggers.some((trigger) => trigger.id === to);
  const what = isTrigger ? `ends at trigger '${to}'; edges end at nodes` : `ends at '${to}', which is no node`;
  const start = graph.nodes.has(from) || graph.triggers.has(from) ? { nodeId: from } : {};
  found.push({ code: 'dangling_edge', path: ['edges', index, 'to'], ...start, what, hint: didYouMean(to, ids) });
  return found;
}

function checkPort({ graph, actions }: CheckContext, edge: Edge, index: number): Finding[] {
  const port = edge.port ?? NEXT;
  const place = { code: 'unknown_port', path: ['edges', index, 'port'], nodeId: edge.from } as const;
  if (graph.triggers.has(edge.from) && !graph.nodes.has(edge.from)) {
    if (port === NEXT) return [];
    return [{ ...place, what: `is '${port}', but a trigger has the port next only` }];
  }
  const node = graph.nodes.get(edge.from)?.node;
  if (node === undefined || (!isFlowType(node.type) && actions.find(node.type) === undefined)) return [];
  const ports = portsOf(node);
  if (ports.includes(port)) return [];
  if (port === ERROR) {
    const what = `is 'error', but node '${node.id}' does not branch on errors; give it "onError": "branch"`;
    return [{ ...place, what }];
  }
  return [{ ...place, what: wrongPort(node, edge.port, ports), hint: didYouMean(port, ports) }];
}

function wrongPort(node: WorkflowNode, port: string | undefined, ports: readonly string[]): string {
  const given = port === undefined ? `is not given, which means '${NEXT}'` : `is '${port}'`;
  if (ports.length === 0) return `${given}, but ${node.type} has no port: nothing follows it`;
  const known = ports.length === 1 ? `the port ${ports[0]} only` : `the ports ${listed(ports)}`;
  return `${given}, but ${node.type} has ${known}`;
}

/** A node that branches on errors without a place to go lets them pass in silence. */
function checkErrorBranches({ definition, graph }: CheckContext): Finding[] {
  return definition.nodes.flatMap((node, index): Finding[] => {
    if (node.onError !== 'branch' || node.disabled === true || graph.compensations.has(node.id)) return [];
    if (definition.edges.some((edge) => edge.from === node.id && edge.port === ERROR)) return [];
    const what = "is 'branch', but no edge leaves by the port error, so a failure ends this path unseen";
    return [{ code: 'unknown_port', path: ['nodes', index, 'onError'], what, severity: 'warning' }];
  });
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
