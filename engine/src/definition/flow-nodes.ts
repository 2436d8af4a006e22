/** The catalogue of the flow nodes: what they are called, take, give and by which ports they are left. */
import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { type FlowInput, type FlowType, flowInputSchemas, isFlowType } from './flow-input.ts';
import { ERROR, NEXT, type WorkflowNode } from './format.ts';

export type { FlowInput, FlowType } from './flow-input.ts';
export { isFlowType } from './flow-input.ts';

/** One flow node with its input read: a union over `type`, so that a switch on `type` knows the input. */
export type ParsedFlowNode = { [Type in FlowType]: { readonly type: Type; readonly input: FlowInput<Type> } }[FlowType];

export type FlowNodeFacts = {
  readonly type: FlowType;
  readonly title: string;
  readonly category: 'flow';
  /** One sentence for people. */
  readonly summary: string;
  /** JSON Schema of the raw input, with title, description, examples and `format: 'expression'` for forms. */
  readonly inputSchema: JsonObject;
  /** JSON Schema of `steps.<id>.output`. */
  readonly outputSchema: JsonObject;
  /** By which ports this node is left, `error` included where it branches on errors. Never throws on odd input. */
  readonly ports: (node: WorkflowNode) => readonly string[];
};

/**
 * Reads the input of a flow node, with defaults filled in.
 * @throws InvalidFlowInput where the input does not fit or the node is no flow node; never after validation.
 */
export function parseFlowInput(node: WorkflowNode): ParsedFlowNode {
  if (!isFlowType(node.type))
    throw new InvalidFlowInput(`Node '${node.id}' has type ${node.type}, which is no flow node.`);
  const parsed = flowInputSchemas[node.type].safeParse(node.input ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidFlowInput(`Node '${node.id}' has an unusable input: ${issue?.path.join('.')} ${issue?.message}`);
  }
  return { type: node.type, input: parsed.data } as ParsedFlowNode;
}

export class InvalidFlowInput extends Error {
  override readonly name = 'InvalidFlowInput';
  readonly code = 'invalid_input';
}

const NOTHING: JsonObject = { type: 'null' };
const ANYTHING: JsonObject = {};

const next = () => [NEXT];

export const flowNodes: { readonly [Type in FlowType]: FlowNodeFacts } = {
  'flow.if': describe({
    type: 'flow.if',
    title: 'If',
    summary: 'Goes one way when a condition holds and the other way when it does not.',
    outputSchema: object({ result: { type: 'boolean' } }),
    exits: () => ['true', 'false'],
  }),
  'flow.switch': describe({
    type: 'flow.switch',
    title: 'Switch',
    summary: 'Takes the first case that fits, or default.',
    outputSchema: object({ case: { type: 'string' } }),
    exits: (input) => [...namesOf(input.cases), 'default'],
  }),
  'flow.filter': describe({
    type: 'flow.filter',
    title: 'Filter',
    summary: 'Goes on only when a condition holds; else this path ends.',
    outputSchema: object({ result: { type: 'boolean' } }),
    exits: next,
  }),
  'flow.loop': describe({
    type: 'flow.loop',
    title: 'Loop',
    summary: 'Runs the nodes behind each once for every item, or as long as a condition holds.',
    outputSchema: object({ count: { type: 'integer' }, results: { type: 'array', items: {} } }),
    exits: () => ['each', 'done'],
  }),
  'flow.split': describe({
    type: 'flow.split',
    title: 'Split',
    summary: 'Shares runs out over branches by weight; one subject always goes the same way.',
    outputSchema: object({ branch: { type: 'string' } }),
    exits: (input) => namesOf(input.branches),
  }),
  'flow.join': describe({
    type: 'flow.join',
    title: 'Join',
    summary: 'Brings parallel branches together.',
    outputSchema: NOTHING,
    exits: next,
  }),
  'flow.delay': describe({
    type: 'flow.delay',
    title: 'Delay',
    summary: 'Waits for a length of time.',
    outputSchema: NOTHING,
    exits: next,
  }),
  'flow.wait_until': describe({
    type: 'flow.wait_until',
    title: 'Wait until',
    summary: 'Waits for a moment, or for business hours.',
    outputSchema: NOTHING,
    exits: next,
  }),
  'flow.wait_for_event': describe({
    type: 'flow.wait_for_event',
    title: 'Wait for an event',
    summary: 'Waits until something happens, or until the time-out.',
    outputSchema: {
      type: ['object', 'null'],
      properties: { type: { type: 'string' }, data: {}, time: { type: 'string', format: 'date-time' } },
      required: ['type', 'data', 'time'],
      additionalProperties: false,
    },
    exits: () => ['received', 'timeout'],
  }),
  'flow.workflow': describe({
    type: 'flow.workflow',
    title: 'Run a workflow',
    summary: 'Starts another workflow, and waits for its result where asked.',
    outputSchema: ANYTHING,
    exits: next,
  }),
  'flow.set': describe({
    type: 'flow.set',
    title: 'Set variables',
    summary: 'Keeps values for later nodes.',
    outputSchema: { type: 'object', additionalProperties: true },
    exits: next,
  }),
  'flow.stop': describe({
    type: 'flow.stop',
    title: 'Stop',
    summary: 'Ends the run here, as completed or failed.',
    outputSchema: ANYTHING,
    exits: () => [],
  }),
};

/** The ports of any node: those of its flow type, or `next` for an action; `error` too where it branches on errors. */
export function portsOf(node: WorkflowNode): readonly string[] {
  return isFlowType(node.type) ? flowNodes[node.type].ports(node) : withError(node, [NEXT]);
}

type Description = Omit<FlowNodeFacts, 'category' | 'inputSchema' | 'ports'> & {
  readonly exits: (input: JsonObject) => readonly string[];
};

function describe({ exits, ...facts }: Description): FlowNodeFacts {
  const inputSchema = z.toJSONSchema(flowInputSchemas[facts.type], { io: 'input' }) as { [key: string]: Json };
  return { ...facts, category: 'flow', inputSchema, ports: (node) => withError(node, exits(node.input ?? {})) };
}

function withError(node: WorkflowNode, ports: readonly string[]): readonly string[] {
  return node.onError === 'branch' ? [...ports, ERROR] : ports;
}

function namesOf(list: Json | undefined): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: Json) => (isJsonObject(item) && typeof item.name === 'string' ? [item.name] : []));
}

function object(properties: JsonObject): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
