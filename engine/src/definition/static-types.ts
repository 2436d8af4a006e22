/** What the expressions of a node can read, as far as it is known before anything runs. */
import type { NameTypes } from '../expression/expression-problem.ts';
import type { JsonObject } from '../json.ts';
import type { Catalogue } from './catalogue.ts';
import { flowNodes, isFlowType } from './flow-nodes.ts';
import type { Trigger, WorkflowDefinition, WorkflowNode } from './format.ts';
import { ancestorsOf, type Graph, loopsAround } from './graph.ts';
import { eventSchemaOf, OPEN_EVENT } from './trigger-types.ts';

export type StaticTypesContext = {
  readonly definition: WorkflowDefinition;
  readonly graph: Graph;
  readonly actions: Catalogue;
  /** Static type of `steps.<id>`, from `stepType`; the same object each time. */
  readonly typeOfStep: (id: string) => JsonObject;
  /** Static type of the entries of a loop's items; `{}` where it is not known. */
  readonly itemType: (loopId: string) => JsonObject;
};

const ANYTHING: JsonObject = {};
const TEXT: JsonObject = { type: 'string' };
const TIME: JsonObject = { type: 'string', format: 'date-time' };
const WHOLE_NUMBER: JsonObject = { type: 'integer' };

/** Names that a node's input reads when the node starts. */
export function nameTypesAt(context: StaticTypesContext, nodeId: string): NameTypes {
  const { graph } = context;
  const isCompensation = graph.compensations.has(nodeId) && graph.nodes.get(nodeId)?.incoming.length === 0;
  if (isCompensation) return { ...commonNames(context), ...namesOfCompensation(context, nodeId) };
  const steps = stepsBefore(graph, nodeId);
  return { ...commonNames(context), ...stepsAndLoops(context, steps, loopsAround(graph, nodeId)) };
}

/** Names inside a loop's own `collect`: its body has run, `item` and `index` are those of the turn. */
export function nameTypesOfTurn(context: StaticTypesContext, loopId: string): NameTypes {
  const body = [...(context.graph.bodies.get(loopId) ?? [])].filter((id) => isDirectlyIn(context.graph, id, loopId));
  const steps = new Set([...stepsBefore(context.graph, loopId), ...body]);
  const around = [loopId, ...loopsAround(context.graph, loopId)];
  return { ...commonNames(context), ...stepsAndLoops(context, steps, around) };
}

/** Names of a loop's `while`: as where the loop starts, and the number of the turn that it decides about. */
export function nameTypesOfWhile(context: StaticTypesContext, loopId: string): NameTypes {
  return { ...nameTypesAt(context, loopId), index: WHOLE_NUMBER };
}

/** Names of a trigger's own `where` and keys: nothing has run yet. */
export function nameTypesOfTrigger(trigger: Trigger | null): NameTypes {
  const event = trigger === null ? OPEN_EVENT : eventSchemaOf(trigger);
  return { event, client: ANYTHING, org: ORG, now: TIME };
}

/** Names of the condition of a wait: `event` is the one that came in. */
export function withOfferedEvent(names: NameTypes): NameTypes {
  return { ...names, event: OPEN_EVENT };
}

const ORG: JsonObject = closed({ name: TEXT, timezone: TEXT });

function commonNames({ definition }: StaticTypesContext): NameTypes {
  return {
    event: eventSchema(definition.triggers),
    client: ANYTHING,
    vars: closed(Object.fromEntries(varNames(definition.nodes).map((name) => [name, ANYTHING]))),
    run: closed({ id: TEXT, startedAt: TIME }),
    org: ORG,
    now: TIME,
  };
}

function stepsAndLoops(context: StaticTypesContext, steps: ReadonlySet<string>, around: readonly string[]): NameTypes {
  const types: [string, JsonObject][] = [...steps].map((id) => [id, context.typeOfStep(id)]);
  const names = { steps: closed(Object.fromEntries(types)) };
  const [innermost] = around;
  if (innermost === undefined) return names;
  const loops = around.map((loop) => [loop, closed(turnTypes(context, loop))]);
  return { ...names, ...turnTypes(context, innermost), loops: closed(Object.fromEntries(loops)) };
}

/** A loop that goes by `while` has no items. */
function turnTypes({ graph, itemType }: StaticTypesContext, loopId: string): JsonObject {
  const index = WHOLE_NUMBER;
  return graph.nodes.get(loopId)?.node.input?.items === undefined ? { index } : { index, item: itemType(loopId) };
}

/** The nodes that lead to this one, without the loops around it, which are not done, and the bodies of other loops. */
function stepsBefore(graph: Graph, nodeId: string): ReadonlySet<string> {
  const around = new Set(loopsAround(graph, nodeId));
  return new Set([...ancestorsOf(graph, nodeId)].filter((id) => !around.has(id) && isWithin(graph, id, around)));
}

/** What undoes steps runs after all else, in the innermost place of the steps that it undoes. */
function namesOfCompensation(context: StaticTypesContext, nodeId: string): NameTypes {
  const { graph, definition } = context;
  const undone = definition.nodes.filter((node) => node.compensate === nodeId);
  const places = undone.map((node) => loopsAround(graph, node.id));
  const around = places.toSorted((one, other) => other.length - one.length)[0] ?? [];
  const loops = new Set(around);
  const steps = [...graph.nodes.keys()].filter((id) => id !== nodeId && isWithin(graph, id, loops));
  return stepsAndLoops(context, new Set(steps), around);
}

/** True for nodes outside of all loops, and for those in one of these, which are some place's loops up to the outermost. */
function isWithin(graph: Graph, id: string, loops: ReadonlySet<string>): boolean {
  const loop = graph.nodes.get(id)?.loop ?? null;
  return loop === null || loops.has(loop);
}

function isDirectlyIn(graph: Graph, id: string, loopId: string): boolean {
  return id !== loopId && graph.nodes.get(id)?.loop === loopId;
}

/** What one step leaves behind: its output and its error. */
export function stepType(node: WorkflowNode, actions: Catalogue): JsonObject {
  const error: JsonObject = {
    type: ['object', 'null'],
    properties: { code: TEXT, message: TEXT, details: ANYTHING },
    required: ['code', 'message'],
    additionalProperties: false,
  };
  return closed({ output: outputType(node, actions), error });
}

function outputType(node: WorkflowNode, actions: Catalogue): JsonObject {
  if (isFlowType(node.type)) return flowNodes[node.type].outputSchema;
  return actions.find(node.type)?.outputSchema ?? ANYTHING;
}

/** With several triggers, any of their events may have come; what they do not share is not known. */
function eventSchema(triggers: readonly Trigger[]): JsonObject {
  const schemas = triggers.map(eventSchemaOf);
  const [first] = schemas;
  if (first === undefined) return OPEN_EVENT;
  const text = JSON.stringify(first);
  return schemas.every((schema) => JSON.stringify(schema) === text) ? first : OPEN_EVENT;
}

function varNames(nodes: readonly WorkflowNode[]): string[] {
  return nodes.flatMap(({ type, input }) => {
    const vars = type === 'flow.set' ? input?.vars : undefined;
    return typeof vars === 'object' && vars !== null && !Array.isArray(vars) ? Object.keys(vars) : [];
  });
}

function closed(properties: JsonObject): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
