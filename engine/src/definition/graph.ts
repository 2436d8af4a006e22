/**
 * The definition as a graph: who leads to whom, and which loop a node belongs to.
 * Works on any parsed document, sound or not; edges that dangle are left out (validate.ts reports them).
 */
import { type Edge, NEXT, type Trigger, type WorkflowDefinition, type WorkflowNode } from './format.ts';

export type GraphEdge = { readonly index: number; readonly from: string; readonly to: string; readonly port: string };

export type GraphNode = {
  readonly node: WorkflowNode;
  /** The innermost loop whose body holds this node. */
  readonly loop: string | null;
  readonly incoming: readonly GraphEdge[];
  readonly outgoing: readonly GraphEdge[];
};

export type Graph = {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly triggers: ReadonlyMap<string, { readonly trigger: Trigger; readonly outgoing: readonly GraphEdge[] }>;
  /** Loop id to the ids of every node in its body, nested bodies included. */
  readonly bodies: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ids of nodes that only compensate others. */
  readonly compensations: ReadonlySet<string>;
};

export const LOOP = 'flow.loop';
export const EACH = 'each';
export const DONE = 'done';

export function buildGraph(definition: WorkflowDefinition): Graph {
  const known = new Set([...definition.nodes.map((node) => node.id), ...definition.triggers.map((t) => t.id)]);
  const nodeIds = new Set(definition.nodes.map((node) => node.id));
  const edges = definition.edges.map(toGraphEdge).filter((edge) => known.has(edge.from) && nodeIds.has(edge.to));
  const outgoing = groupBy(edges, (edge) => edge.from);
  const incoming = groupBy(edges, (edge) => edge.to);
  const bodies = loopBodies(definition.nodes, outgoing);
  const nodes = new Map<string, GraphNode>();
  for (const node of definition.nodes) {
    nodes.set(node.id, {
      node,
      loop: innermostLoop(node.id, bodies),
      incoming: incoming.get(node.id) ?? [],
      outgoing: outgoing.get(node.id) ?? [],
    });
  }
  const triggers = new Map(
    definition.triggers.map((trigger) => [trigger.id, { trigger, outgoing: outgoing.get(trigger.id) ?? [] }]),
  );
  const compensations = new Set(definition.nodes.flatMap((node) => node.compensate ?? []));
  return { nodes, triggers, bodies, compensations };
}

/** Every node that can be reached by the given edges, the first targets included. */
export function reachableFrom(
  start: readonly GraphEdge[],
  outgoing: (id: string) => readonly GraphEdge[],
): ReadonlySet<string> {
  const seen = new Set<string>();
  const pending = start.map((edge) => edge.to);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    pending.push(...outgoing(id).map((edge) => edge.to));
  }
  return seen;
}

/** Every node from which this one can be reached, itself left out. Triggers are not among them. */
export function ancestorsOf(graph: Graph, id: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const pending = sourcesOf(graph, id);
  for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
    if (seen.has(from) || !graph.nodes.has(from)) continue;
    seen.add(from);
    pending.push(...sourcesOf(graph, from));
  }
  seen.delete(id);
  return seen;
}

/** The loops whose bodies hold this node, from the innermost out. */
export function loopsAround(graph: Graph, id: string): readonly string[] {
  const around = new Set<string>();
  for (let loop = graph.nodes.get(id)?.loop ?? null; loop !== null; loop = graph.nodes.get(loop)?.loop ?? null) {
    // Only a graph with a cycle can come back to the same loop.
    if (around.has(loop)) break;
    around.add(loop);
  }
  return [...around];
}

function sourcesOf(graph: Graph, id: string): string[] {
  return graph.nodes.get(id)?.incoming.map((edge) => edge.from) ?? [];
}

function toGraphEdge(edge: Edge, index: number): GraphEdge {
  return { index, from: edge.from, to: edge.to, port: edge.port ?? NEXT };
}

function loopBodies(
  nodes: readonly WorkflowNode[],
  outgoing: ReadonlyMap<string, readonly GraphEdge[]>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const follow = (id: string) => outgoing.get(id) ?? [];
  const bodies = new Map<string, ReadonlySet<string>>();
  for (const node of nodes) {
    if (node.type !== LOOP) continue;
    const each = reachableFrom(
      follow(node.id).filter((edge) => edge.port === EACH),
      follow,
    );
    const done = reachableFrom(
      follow(node.id).filter((edge) => edge.port !== EACH),
      follow,
    );
    bodies.set(node.id, each.difference(done));
  }
  return bodies;
}

function innermostLoop(id: string, bodies: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  let innermost: string | null = null;
  let size = Number.POSITIVE_INFINITY;
  for (const [loop, body] of bodies) {
    if (loop === id || !body.has(id) || body.size >= size) continue;
    innermost = loop;
    size = body.size;
  }
  return innermost;
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  return Map.groupBy(items, key);
}
