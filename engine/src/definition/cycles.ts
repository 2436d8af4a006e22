import type { Graph, GraphEdge, GraphNode } from './graph.ts';

export type Cycle = {
  /** In the order of the edges, each once. */
  readonly nodeIds: readonly string[];
  /** Index of the edge that leads from the last back to the first. */
  readonly closing: number;
};

/** One shortest cycle for each knot of nodes that can reach each other; empty for a sound graph. */
export function findCycles(graph: Graph): readonly Cycle[] {
  const core = coreOf(graph);
  const cycles: Cycle[] = [];
  for (const id of graph.nodes.keys()) {
    if (!core.has(id)) continue;
    const cycle = shortestCycle(graph, core, id);
    if (cycle === null) {
      core.delete(id);
      continue;
    }
    cycles.push(cycle);
    const forth = reachedWithin(graph, core, id, targets);
    const back = reachedWithin(graph, core, id, sources);
    for (const member of forth.intersection(back)) core.delete(member);
  }
  return cycles;
}

/** Every node after all that lead to it. Nodes on a cycle, and those behind one, are left out. */
export function topologicalOrder(graph: Graph): readonly string[] {
  return peel(graph, new Set(graph.nodes.keys()), FORWARD);
}

/** What is left when nodes without a way in and nodes without a way out are taken off, again and again. */
function coreOf(graph: Graph): Set<string> {
  const core = new Set(graph.nodes.keys());
  peel(graph, core, FORWARD);
  peel(graph, core, BACKWARD);
  return core;
}

type Direction = {
  readonly before: (node: GraphNode) => readonly string[];
  readonly after: (node: GraphNode) => readonly string[];
};

const sources = (node: GraphNode) => node.incoming.map((edge) => edge.from);
const targets = (node: GraphNode) => node.outgoing.map((edge) => edge.to);
const FORWARD: Direction = { before: sources, after: targets };
const BACKWARD: Direction = { before: targets, after: sources };

/** Takes off, and answers in this order, nodes with nothing left before them. Each edge is looked at twice. */
function peel(graph: Graph, core: Set<string>, { before, after }: Direction): readonly string[] {
  const left = new Map<string, number>();
  for (const [id, node] of graph.nodes) left.set(id, before(node).filter((other) => core.has(other)).length);
  const order = [...core].filter((id) => left.get(id) === 0);
  for (const id of order) {
    core.delete(id);
    const node = graph.nodes.get(id);
    for (const next of node === undefined ? [] : after(node)) {
      const rest = (left.get(next) ?? 0) - 1;
      left.set(next, rest);
      if (rest === 0 && core.has(next)) order.push(next);
    }
  }
  return order;
}

function shortestCycle(graph: Graph, core: ReadonlySet<string>, start: string): Cycle | null {
  const cameBy = new Map<string, GraphEdge>();
  const queue = [start];
  for (const id of queue) {
    for (const edge of graph.nodes.get(id)?.outgoing ?? []) {
      if (edge.to === start) return { nodeIds: pathTo(id, start, cameBy), closing: edge.index };
      if (!core.has(edge.to) || cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, edge);
      queue.push(edge.to);
    }
  }
  return null;
}

function pathTo(end: string, start: string, cameBy: ReadonlyMap<string, GraphEdge>): readonly string[] {
  const path = [end];
  for (let edge = cameBy.get(end); edge !== undefined && path[0] !== start; edge = cameBy.get(edge.from)) {
    path.unshift(edge.from);
  }
  return path;
}

function reachedWithin(
  graph: Graph,
  core: ReadonlySet<string>,
  start: string,
  follow: (node: GraphNode) => readonly string[],
): ReadonlySet<string> {
  const seen = new Set([start]);
  for (const id of seen) {
    const node = graph.nodes.get(id);
    for (const next of node === undefined ? [] : follow(node)) if (core.has(next)) seen.add(next);
  }
  return seen;
}
