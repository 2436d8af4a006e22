import { longestMs } from '../../schedule/duration.ts';
import { topologicalOrder } from '../cycles.ts';
import { flowInputSchemas } from '../flow-input.ts';
import type { WorkflowNode } from '../format.ts';
import { EACH, type Graph, type GraphEdge } from '../graph.ts';
import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

const DAY_MS = 86_400_000;
/** No run is meant to live longer. */
const CEILING_MS = 5 * 366 * DAY_MS;

/**
 * The longest time that a run can spend waiting, as far as its waits are written down. Time that the actions
 * themselves take is left out: it is short, and bounded by their own time-outs.
 */
export const checkDuration: Check = ({ definition, graph }) => {
  const order = topologicalOrder(graph);
  if (order.length < graph.nodes.size) return [];
  const { certain, possible } = longestWait(graph, order);
  const found: Finding[] = [];
  if (possible > CEILING_MS) {
    const severity = certain > CEILING_MS ? 'error' : 'warning';
    const what = `can keep a run waiting for ${days(possible)}; the most is 5 years`;
    found.push({ code: 'too_long', path: [], what, severity, hint: severity === 'warning' ? LOOP_HINT : '' });
  }
  const { maxDuration } = definition.settings;
  if (maxDuration === undefined || possible <= longestMs(maxDuration)) return found;
  const what = `is ${maxDuration}, but waits can keep a run going for ${days(possible)}; it would be ended before`;
  const hint = certain > longestMs(maxDuration) ? '' : LOOP_HINT;
  return [...found, { code: 'too_long', path: ['settings', 'maxDuration'], what, severity: 'warning', hint }];
};

const LOOP_HINT = ' A lower maxIterations in the loops that wait makes it certain.';

/** Milliseconds. `possible` counts each loop as often as it may turn, `certain` only as often as it surely does. */
type Length = { readonly certain: number; readonly possible: number };

const NONE: Length = { certain: 0, possible: 0 };

function longestWait(graph: Graph, order: readonly string[]): Length {
  const tails = new Map<string, Length>();
  const follow = (edges: readonly GraphEdge[], loop: string | null): Length =>
    edges
      .filter((edge) => graph.nodes.get(edge.to)?.loop === loop)
      .reduce((most, edge) => longer(most, tail(edge.to)), NONE);
  const tail = (id: string): Length => {
    const known = tails.get(id);
    if (known !== undefined) return known;
    const { node, loop, outgoing } = graph.nodes.get(id) ?? NOWHERE;
    const each = outgoing.filter((edge) => edge.port === EACH);
    const own = node === null ? NONE : waitOf(node, follow(each, id));
    const length = sum(own, follow(outgoing, loop));
    tails.set(id, length);
    return length;
  };
  // From the ends back, so that what follows a node is known when it is looked at.
  return order.toReversed().map(tail).reduce(longer, NONE);
}

const NOWHERE = { node: null, loop: null, outgoing: [] } as const;

function waitOf(node: WorkflowNode, body: Length): Length {
  if (node.disabled === true) return NONE;
  switch (node.type) {
    case 'flow.delay':
      return fixed(node.input?.for);
    case 'flow.wait_for_event':
      return fixed(node.input?.timeout);
    case 'flow.workflow':
      return fixed(node.input?.wait === true ? node.timeout : undefined);
    case 'flow.loop':
      return repeated(node, body);
    default:
      return NONE;
  }
}

function repeated(node: WorkflowNode, body: Length): Length {
  const parsed = flowInputSchemas['flow.loop'].safeParse(node.input);
  if (!parsed.success) return body;
  const { items, maxIterations, concurrency } = parsed.data;
  const listed = Array.isArray(items) ? items.length : null;
  // The turns of a loop that goes by a condition follow each other.
  const atOnce = items === undefined ? 1 : concurrency;
  const possible = Math.ceil((listed ?? maxIterations) / atOnce);
  const certain = listed === null ? 1 : possible;
  return { certain: body.certain * certain, possible: body.possible * possible };
}

/** Lengths that are computed when the run gets there are not known. */
function fixed(duration: unknown): Length {
  if (typeof duration !== 'string') return NONE;
  try {
    const ms = longestMs(duration);
    return { certain: ms, possible: ms };
  } catch {
    return NONE;
  }
}

function sum(one: Length, other: Length): Length {
  return { certain: one.certain + other.certain, possible: one.possible + other.possible };
}

function longer(one: Length, other: Length): Length {
  return { certain: Math.max(one.certain, other.certain), possible: Math.max(one.possible, other.possible) };
}

function days(ms: number): string {
  const count = Math.ceil(ms / DAY_MS);
  return `${count} day${count === 1 ? '' : 's'}`;
}
