/** Nodes and edges out of a list of actions: one after the other, branches and loop bodies in between. */

import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { type JsonPath, jsonPointer } from './json-pointer.ts';
import { configOf, executionOf, inputOf, nodeTypeOf, slug } from './linear-action.ts';
import {
  conditionsToExpression,
  type DataRoot,
  fieldToExpression,
  qualifyTemplates,
  tidyExpression,
} from './linear-condition.ts';
import { readDuration } from './linear-time.ts';
import { plainText } from './plain-text.ts';
import type { Problem } from './problem.ts';

export type ChainContext = {
  readonly root: DataRoot;
  /** The workflow's settings, whose retries hold for actions without their own. */
  readonly defaults: JsonObject;
  readonly triggerId: string;
};

export type Chain = {
  readonly nodes: readonly JsonObject[];
  readonly edges: readonly JsonObject[];
  readonly problems: readonly Problem[];
};

/** A way out that the next node is tied to. */
type Exit = { readonly from: string; readonly port?: string };

type Builder = ChainContext & {
  readonly nodes: JsonObject[];
  readonly edges: JsonObject[];
  readonly problems: Problem[];
  readonly taken: Set<string>;
};

const THEN_KEYS = ['then', 'trueActions', 'onTrue', 'ifTrue', 'thenActions', 'true', 'yes'] as const;
const ELSE_KEYS = ['else', 'falseActions', 'onFalse', 'ifFalse', 'elseActions', 'false', 'no'] as const;
const BODY_KEYS = ['actions', 'steps', 'body', 'do'] as const;

/** `first` are actions of our own making that go in front. */
export function buildChain(
  actions: readonly Json[],
  key: string,
  first: readonly Json[],
  context: ChainContext,
): Chain {
  const builder = newBuilder(context);
  const entry = chain(builder, first, [], [{ from: context.triggerId }]);
  chain(builder, actions, [key], entry);
  return builder;
}

/** Boxes and arrows of a canvas. Boxes that no arrow leads to follow the trigger. */
export function buildCanvas(
  boxes: readonly Json[],
  arrows: readonly Json[],
  first: readonly Json[],
  context: ChainContext,
): Chain {
  const builder = newBuilder(context);
  const entry = chain(builder, first, [], [{ from: context.triggerId }]);
  const known = new Map<string, Known>();
  const targets = new Set(arrows.filter(isJsonObject).map((arrow) => plainText(arrow.target ?? arrow.to)));
  for (const [index, box] of boxes.entries()) {
    if (!isJsonObject(box)) {
      report(builder, ['nodes', index], `Node ${index + 1} must be an object with a type.`);
      continue;
    }
    const name = plainText(box.id ?? index);
    const action = actionOfBox(box, name);
    if (action === null) {
      known.set(name, { id: null, exits: entry });
      continue;
    }
    known.set(name, addAction(builder, action, ['nodes', index], targets.has(name) ? [] : entry));
  }
  for (const [index, arrow] of arrows.entries()) addArrow(builder, arrow, index, known);
  return builder;
}

type Known = { readonly id: string | null; readonly exits: readonly Exit[] };

/** Null for the box that stands for the trigger. */
function actionOfBox(box: JsonObject, id: string): JsonObject | null {
  const { label, type: innerType, actionType, config, ...rest } = isJsonObject(box.data) ? box.data : {};
  const kind = plainText(box.type ?? '');
  if (/trigger|start/i.test(kind) && actionType === undefined && nodeTypeOf(kind).startsWith('custom.')) return null;
  return {
    ...rest,
    id,
    type: actionType ?? innerType ?? kind,
    name: label ?? box.label ?? box.name ?? null,
    config: config ?? box.config ?? rest,
  };
}

function addArrow(builder: Builder, arrow: Json, index: number, known: ReadonlyMap<string, Known>): void {
  const ends = isJsonObject(arrow) ? arrow : {};
  const from = known.get(plainText(ends.source ?? ends.from));
  const to = known.get(plainText(ends.target ?? ends.to))?.id ?? null;
  if (from === undefined || to === null) {
    report(builder, ['edges', index], `Edge ${index + 1} must lead from one node of the workflow to another.`);
    return;
  }
  const handle = ends.sourceHandle ?? ends.port ?? ends.condition ?? ends.label;
  const port = typeof handle === 'string' ? portOf(handle) : undefined;
  const exits = port === undefined || from.id === null ? from.exits : [{ from: from.id, port }];
  connect(builder, exits, to);
}

function portOf(handle: string): string | undefined {
  const name = handle.trim().toLowerCase();
  if (['', 'source', 'default', 'output', 'out', 'next', 'main'].includes(name)) return undefined;
  if (name === 'yes') return 'true';
  if (name === 'no') return 'false';
  return name;
}

function newBuilder(context: ChainContext): Builder {
  return { ...context, nodes: [], edges: [], problems: [], taken: new Set([context.triggerId]) };
}

/** Adds the actions one after the other behind `entry`; answers the ways out of the last. */
function chain(builder: Builder, actions: readonly Json[], path: JsonPath, entry: readonly Exit[]): readonly Exit[] {
  let open = entry;
  for (const [index, action] of actions.entries()) {
    const place = [...path, index];
    if (!isJsonObject(action)) {
      report(builder, place, `Action ${index + 1} must be an object with a type.`);
      continue;
    }
    open = waitBefore(builder, action, place, open);
    const guard = guardOf(builder, action, place, open);
    const { exits } = addAction(builder, action, place, guard?.pass ?? open);
    open = guard === null ? exits : [...exits, guard.skip];
  }
  return open;
}

/** `delay` or `triggerDate` on an action: the run waits in front of it. */
function waitBefore(builder: Builder, action: JsonObject, place: JsonPath, open: readonly Exit[]): readonly Exit[] {
  if (typeof action.triggerDate === 'string') {
    const id = addNode(builder, 'wait_until', { type: 'flow.wait_until', input: { at: action.triggerDate } }, open);
    return [{ from: id }];
  }
  const isDelay = nodeTypeOf(plainText(action.type ?? action.action ?? action.kind ?? '')) === 'flow.delay';
  if (action.delay === undefined || action.delay === 0 || isDelay) return open;
  const id = addNode(builder, 'delay', delayNode(builder, action.delay, [...place, 'delay']), open);
  return [{ from: id }];
}

/** Conditions of an action's own: where they do not hold, the run goes on behind it. */
function guardOf(builder: Builder, action: JsonObject, place: JsonPath, open: readonly Exit[]) {
  if (!Array.isArray(action.conditions) || action.conditions.length === 0) return null;
  const condition = conditionsToExpression(action.conditions, builder.root);
  if (condition === null) {
    report(builder, [...place, 'conditions'], 'Each condition of an action needs a field and a known operator.');
    return null;
  }
  const id = addNode(builder, 'check', { type: 'flow.if', input: { condition } }, open);
  return { pass: [{ from: id, port: 'true' }], skip: { from: id, port: 'false' } };
}

type Given = {
  readonly wanted: string;
  readonly common: JsonObject;
  readonly config: JsonObject;
  readonly place: JsonPath;
  readonly entry: readonly Exit[];
};
type Added = { readonly id: string; readonly exits: readonly Exit[] };

function addAction(builder: Builder, action: JsonObject, place: JsonPath, entry: readonly Exit[]): Added {
  const typeName = action.type ?? action.action ?? action.kind;
  if (typeof typeName !== 'string' || typeName.trim() === '') {
    report(builder, [...place, 'type'], 'An action needs a type, such as send_email.');
  }
  const type = nodeTypeOf(typeof typeName === 'string' ? typeName : '');
  const wanted = typeof action.id === 'string' && slug(action.id) !== '' ? action.id : plainText(typeName);
  const title = action.name ?? action.label ?? action.title;
  const common = {
    ...(typeof title === 'string' && title !== '' && { name: title.slice(0, 200) }),
    ...(type.startsWith('flow.') ? disabledOf(action) : executionOf(action, builder.defaults)),
  };
  const config = configOf(action);
  switch (type) {
    case 'flow.delay':
      return plain(builder, wanted, entry, { ...delayNode(builder, config, place, action.delay), ...common });
    case 'flow.if':
      return addIf(builder, { wanted, common, config, place, entry });
    case 'flow.filter':
      return plain(builder, wanted, entry, {
        type,
        ...common,
        input: { condition: conditionOf(builder, config, place) },
      });
    case 'flow.loop':
      return addLoop(builder, { wanted, common, config, place, entry });
    case 'flow.stop':
      return { id: addNode(builder, wanted, { type, ...common, input: inputOf(type, config) }, entry), exits: [] };
    default:
      return plain(builder, wanted, entry, {
        type,
        ...common,
        input: qualifyTemplates(inputOf(type, config), builder.root),
      });
  }
}

function plain(builder: Builder, wanted: string, entry: readonly Exit[], node: JsonObject): Added {
  const id = addNode(builder, wanted, node, entry);
  return { id, exits: [{ from: id }] };
}

/** With branches, both lead on to the next action; without, only `true` does. */
function addIf(builder: Builder, { wanted, common, config, place, entry }: Given): Added {
  const condition = conditionOf(builder, config, place);
  const id = addNode(builder, wanted, { type: 'flow.if', ...common, input: { condition } }, entry);
  const yes = listAt(config, THEN_KEYS);
  const no = listAt(config, ELSE_KEYS);
  if (yes === null && no === null) return { id, exits: [{ from: id, port: 'true' }] };
  const whenTrue = chain(builder, yes?.list ?? [], [...place, 'config', yes?.key ?? ''], [{ from: id, port: 'true' }]);
  const whenFalse = chain(builder, no?.list ?? [], [...place, 'config', no?.key ?? ''], [{ from: id, port: 'false' }]);
  return { id, exits: [...whenTrue, ...whenFalse] };
}

function addLoop(builder: Builder, { wanted, common, config, place, entry }: Given): Added {
  const given = config.items ?? config.collection ?? config.array ?? config.list;
  const items = typeof given === 'string' ? { $: fieldToExpression(given, builder.root) } : given;
  if (items === undefined) report(builder, place, 'A loop needs items: a list, or the field that holds one.');
  const most = config.maxIterations;
  const input = { items: items ?? [], ...(typeof most === 'number' && { maxIterations: most }) };
  const id = addNode(builder, wanted, { type: 'flow.loop', ...common, input }, entry);
  const body = listAt(config, BODY_KEYS);
  chain(builder, body?.list ?? [], [...place, 'config', body?.key ?? ''], [{ from: id, port: 'each' }]);
  return { id, exits: [{ from: id, port: 'done' }] };
}

function conditionOf(builder: Builder, config: JsonObject, place: JsonPath): string {
  const bare = config.condition ?? config.expression;
  if (typeof bare === 'string' && bare.trim() !== '') return tidyExpression(bare);
  const list = Array.isArray(config.conditions) ? config.conditions : [isJsonObject(bare) ? bare : config];
  const expression = list.length === 0 ? null : conditionsToExpression(list, builder.root);
  if (expression !== null) return expression;
  report(builder, place, 'A condition needs a field and a known operator, or an expression as its condition.');
  return 'true';
}

function delayNode(builder: Builder, given: Json, place: JsonPath, beside?: Json): JsonObject {
  const length = readDuration(given) ?? readDuration(beside);
  if (length === null) {
    report(
      builder,
      place,
      'A wait needs a length: milliseconds, a text such as "2 hours", or an ISO 8601 duration such as PT2H.',
    );
  }
  return { type: 'flow.delay', input: { for: length ?? 'PT0S' } };
}

function disabledOf(action: JsonObject): JsonObject {
  return action.enabled === false || action.disabled === true ? { disabled: true } : {};
}

function listAt(
  config: JsonObject,
  keys: readonly string[],
): { readonly key: string; readonly list: readonly Json[] } | null {
  for (const key of keys) {
    const list = config[key];
    if (Array.isArray(list)) return { key, list };
  }
  return null;
}

function addNode(builder: Builder, wanted: string, node: JsonObject, entry: readonly Exit[]): string {
  const id = freeId(builder.taken, slug(wanted) || 'action');
  builder.taken.add(id);
  builder.nodes.push({ id, ...node });
  connect(builder, entry, id);
  return id;
}

function freeId(taken: ReadonlySet<string>, wanted: string): string {
  if (!taken.has(wanted)) return wanted;
  let count = 2;
  while (taken.has(`${wanted}_${count}`)) count += 1;
  return `${wanted}_${count}`;
}

function connect(builder: Builder, exits: readonly Exit[], to: string): void {
  for (const exit of exits) builder.edges.push({ ...exit, to });
}

function report(builder: Builder, path: JsonPath, message: string): void {
  builder.problems.push({ code: 'invalid_value', path: jsonPointer(path), nodeId: null, message, severity: 'error' });
}
