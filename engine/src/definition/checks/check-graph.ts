import { findCycles } from '../cycles.ts';
import { EACH, type Graph, type GraphEdge, LOOP, loopsAround, reachableFrom } from '../graph.ts';
import type { Finding } from '../problem.ts';
import type { Check, CheckContext } from './check-context.ts';

/** The graph as a whole: no cycle, nothing out of reach, loops entered and left by the loop alone. */
export const checkGraph: Check = (context) => {
  const cycles = checkCycles(context);
  // Which nodes a loop's body holds is not well told where a cycle runs through it.
  return [...cycles, ...checkReach(context), ...(cycles.length > 0 ? [] : checkLoopBodies(context))];
};

function checkCycles({ graph }: CheckContext): Finding[] {
  return findCycles(graph).map(({ nodeIds, closing }) => {
    const loop = nodeIds.find((id) => graph.nodes.get(id)?.node.type === LOOP);
    const hint =
      loop === undefined
        ? ' Repeat steps with a flow.loop node.'
        : ` Loop '${loop}' goes on by itself when its body ends; leave the edge back out.`;
    const what = `closes a cycle: ${[...nodeIds, nodeIds[0]].join(' -> ')}`;
    return { code: 'cycle', path: ['edges', closing], nodeId: nodeIds[0] ?? '', what, hint };
  });
}

function checkReach({ definition, graph }: CheckContext): Finding[] {
  const reached = reachedNodes(graph);
  const found: Finding[] = [];
  for (const [index, trigger] of definition.triggers.entries()) {
    if (definition.nodes.length === 0 || (graph.triggers.get(trigger.id)?.outgoing.length ?? 0) > 0) continue;
    const what = 'leads to no node, so its runs do nothing';
    found.push({ code: 'unreachable_node', path: ['triggers', index], what, severity: 'warning' });
  }
  for (const [index, { id }] of definition.nodes.entries()) {
    if (reached.has(id) || graph.compensations.has(id)) continue;
    const what = 'can never run: no path of edges leads to it from a trigger';
    found.push({ code: 'unreachable_node', path: ['nodes', index], what, severity: 'warning' });
  }
  return found;
}

/** Without a trigger, a run started by hand begins wherever no edge comes in. */
function reachedNodes(graph: Graph): ReadonlySet<string> {
  const follow = (id: string) => graph.nodes.get(id)?.outgoing ?? [];
  if (graph.triggers.size > 0)
    return reachableFrom(
      [...graph.triggers.values()].flatMap((each) => each.outgoing),
      follow,
    );
  const entries = [...graph.nodes.values()].filter((each) => each.incoming.length === 0).map((each) => each.node.id);
  return new Set([...entries, ...reachableFrom(entries.flatMap(follow), follow)]);
}

function checkLoopBodies({ graph }: CheckContext): Finding[] {
  const edges = [
    ...[...graph.triggers.values()].flatMap((each) => each.outgoing),
    ...[...graph.nodes.values()].flatMap((each) => each.outgoing),
  ];
  return edges.flatMap((edge) => {
    const what = crossing(graph, edge);
    return what === null ? [] : [{ code: 'loop_boundary', path: ['edges', edge.index], nodeId: edge.from, what }];
  });
}

function crossing(graph: Graph, { from, to, port }: GraphEdge): string | null {
  const fromLoops = loopsAround(graph, from);
  const toLoops = loopsAround(graph, to);
  const isEntry = graph.nodes.get(from)?.node.type === LOOP && port === EACH;
  if (isEntry && toLoops[0] !== from) {
    return `leaves loop '${from}' by each, but '${to}' is also reached after the loop; a loop's body is left by the port done alone`;
  }
  const left = fromLoops.find((loop) => !toLoops.includes(loop));
  if (left !== undefined) return `leads out of the body of loop '${left}'; go on from the loop's port done instead`;
  const entered = toLoops.find((loop) => !fromLoops.includes(loop) && !(isEntry && loop === from));
  if (entered !== undefined)
    return `leads into the body of loop '${entered}'; enter it by the loop's port each instead`;
  return null;
}
