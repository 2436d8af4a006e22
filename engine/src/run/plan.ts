import type { ActionFacts, Catalogue } from '../definition/catalogue.ts';
import { isFlowType, type ParsedFlowNode, parseFlowInput, portsOf } from '../definition/flow-nodes.ts';
import { NEXT, type Retry, type Settings, type WorkflowDefinition, type WorkflowNode } from '../definition/format.ts';
import { buildGraph, DONE, EACH, type Graph, type GraphNode, LOOP } from '../definition/graph.ts';
import { literalPlacesOf } from '../definition/literal-places.ts';
import type { LiteralPlaces } from '../expression/resolve-value.ts';
import { DEFAULT_RETRY } from '../schedule/backoff.ts';
import { nominalMs } from '../schedule/duration.ts';

/** A definition made ready to run: everything that can be worked out once per version. Not JSON; kept in memory. */
export type Plan = {
  readonly definition: WorkflowDefinition;
  readonly settings: Settings;
  readonly maxSteps: number;
  readonly nodes: ReadonlyMap<string, PlanNode>;
  /** By innermost loop, '' for the root: the nodes that may be ready, or dead, when such a scope opens. */
  readonly seeds: ReadonlyMap<string, readonly PlanNode[]>;
  /** The trigger whose edges are taken where a run names none; null where the workflow has no trigger. */
  readonly fallbackTriggerId: string | null;
  readonly triggerIds: ReadonlySet<string>;
};

export type PlanNode = {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly work: Work;
  readonly loop: string | null;
  readonly incoming: readonly PlanEdge[];
  /** Nodes of the same scope to which any of its ports leads. */
  readonly targets: readonly PlanNode[];
  readonly joinAny: boolean;
  readonly onError: 'stop' | 'continue' | 'branch';
  readonly retry: Retry;
  readonly timeoutMs: number;
  readonly repeatable: boolean;
  /** The step that undoes this one. */
  readonly compensate: string | null;
  /** True for nodes that are only reached as someone's `compensate`. */
  readonly isCompensation: boolean;
  /** The way on where the node is disabled, and where it fails and goes on. */
  readonly ports: { readonly whenDisabled: string; readonly whenContinued: string };
};

/** What a node does. `unknown`: this version of the engine has no such type. `unusable`: validation was left out. */
export type Work =
  | { readonly kind: 'flow'; readonly flow: ParsedFlowNode }
  | { readonly kind: 'action'; readonly facts: ActionFacts; readonly literals: LiteralPlaces | undefined }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unusable'; readonly message: string };

/** `origin`: a node of the same scope, the loop that the scope is an iteration of, or a trigger. */
export type PlanEdge = { readonly origin: 'node' | 'each' | 'trigger'; readonly from: string; readonly port: string };

export const DEFAULT_MAX_STEPS = 10_000;
const DEFAULT_TIMEOUT_MS = 30_000;

/** Builds the plan of one version. Call once and keep it: runs of the version share it. */
export function compilePlan(definition: WorkflowDefinition, catalogue: Catalogue): Plan {
  const graph = buildGraph(definition);
  const nodes = new Map<string, PlanNode & { targets: PlanNode[] }>();
  for (const graphNode of graph.nodes.values()) {
    nodes.set(graphNode.node.id, compileNode(graphNode, graph, definition.settings, catalogue));
  }
  for (const target of nodes.values()) {
    for (const edge of target.incoming) {
      const source = edge.origin === 'node' ? nodes.get(edge.from) : undefined;
      if (source !== undefined && !source.targets.includes(target)) source.targets.push(target);
    }
  }
  return {
    definition,
    settings: definition.settings,
    maxSteps: definition.settings.maxSteps ?? DEFAULT_MAX_STEPS,
    nodes,
    seeds: Map.groupBy(
      nodes.values().filter((node) => !node.isCompensation && startsScope(node)),
      (node) => node.loop ?? '',
    ),
    fallbackTriggerId: fallbackTrigger(definition),
    triggerIds: new Set(definition.triggers.map((trigger) => trigger.id)),
  };
}

function compileNode(
  { node, loop, incoming }: GraphNode,
  graph: Graph,
  settings: Settings,
  catalogue: Catalogue,
): PlanNode & { targets: PlanNode[] } {
  const work = workOf(node, catalogue);
  const facts = work.kind === 'action' ? work.facts : undefined;
  const isCompensation = graph.compensations.has(node.id) && incoming.length === 0;
  const ownsRetry = node.retry !== undefined || facts !== undefined;
  return {
    id: node.id,
    node,
    work,
    loop,
    incoming: incoming.flatMap((edge) => edgeWithin(loop, edge, graph)),
    targets: [],
    joinAny: work.kind === 'flow' && work.flow.type === 'flow.join' && work.flow.input.mode === 'any',
    onError: node.onError ?? (settings.onError === 'continue' ? 'continue' : 'stop'),
    retry: ownsRetry ? { ...DEFAULT_RETRY, ...facts?.retry, ...node.retry } : { attempts: 1 },
    timeoutMs: node.timeout === undefined ? DEFAULT_TIMEOUT_MS : nominalMs(node.timeout),
    repeatable: node.repeatable ?? facts?.repeatable ?? true,
    compensate: node.compensate === undefined ? null : undoStep(node.compensate, node.id, graph),
    isCompensation,
    ports: portsWhenPassed(node),
  };
}

function workOf(node: WorkflowNode, catalogue: Catalogue): Work {
  if (!isFlowType(node.type)) {
    const facts = catalogue.find(node.type);
    if (facts === undefined) return { kind: 'unknown' };
    return { kind: 'action', facts, literals: literalPlacesOf(node.input ?? {}, facts.inputSchema) };
  }
  try {
    return { kind: 'flow', flow: parseFlowInput(node) };
  } catch (error) {
    return { kind: 'unusable', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Edges that cross the border of a loop's body are left out: validation refuses them. */
function edgeWithin(
  loop: string | null,
  edge: { readonly from: string; readonly port: string },
  graph: Graph,
): readonly PlanEdge[] {
  const { from, port } = edge;
  if (graph.triggers.has(from)) return loop === null ? [{ origin: 'trigger', from, port }] : [];
  const source = graph.nodes.get(from);
  if (source === undefined) return [];
  if (source.node.type === LOOP && port === EACH) return from === loop ? [{ origin: 'each', from, port }] : [];
  return source.loop === loop ? [{ origin: 'node', from, port }] : [];
}

/** A compensation that serves several nodes needs a key for each of them. */
function undoStep(compensation: string, nodeId: string, graph: Graph): string {
  const served = graph.nodes.values().filter((other) => other.node.compensate === compensation);
  return served.toArray().length > 1 ? `${compensation}@${nodeId}` : compensation;
}

function portsWhenPassed(node: WorkflowNode): PlanNode['ports'] {
  if (node.type === LOOP) return { whenDisabled: DONE, whenContinued: DONE };
  const ports = portsOf(node);
  return { whenDisabled: ports.includes(NEXT) ? NEXT : (ports[0] ?? NEXT), whenContinued: NEXT };
}

function startsScope(node: PlanNode): boolean {
  return node.incoming.length === 0 || node.incoming.some((edge) => edge.origin !== 'node');
}

function fallbackTrigger(definition: WorkflowDefinition): string | null {
  const byHand = definition.triggers.find((trigger) => trigger.type === 'manual');
  return (byHand ?? definition.triggers[0])?.id ?? null;
}
