import type { NameTypes } from '../../expression/expression-problem.ts';
import { isExpression } from '../../expression/resolve-value.ts';
import type { Json, JsonObject } from '../../json.ts';
import { flowInputSchemas, isFlowType } from '../flow-input.ts';
import { flowNodes } from '../flow-nodes.ts';
import type { WorkflowNode } from '../format.ts';
import { checkInput } from '../input-schema.ts';
import { type JsonPath, jsonPointer, valueAt } from '../json-pointer.ts';
import type { Finding } from '../problem.ts';
import { claimsExpression, type Source, sourcesOf } from '../sources.ts';
import { describeKinds, kindsOf, neverFits } from '../static-kinds.ts';
import {
  nameTypesAt,
  nameTypesOfTurn,
  nameTypesOfWhile,
  type StaticTypesContext,
  stepType,
  withOfferedEvent,
} from '../static-types.ts';
import { findingsFromIssues } from '../zod-problems.ts';
import type { Check, CheckContext } from './check-context.ts';
import { checkSource } from './check-source.ts';
import { wrongZone } from './wrong-zone.ts';

/** Every input fits its node, and every expression and template reads only what can be there. */
export const checkInputs: Check = (context) => {
  const types = staticTypesContext(context);
  return context.definition.nodes.flatMap((node, index) => {
    if (node.disabled === true) return [];
    const base: JsonPath = ['nodes', index, 'input'];
    if (isFlowType(node.type)) return checkFlowInput(types, node, node.type, base);
    const schema = context.actions.find(node.type)?.inputSchema;
    return schema === undefined ? [] : checkActionInput(types, node, schema, base);
  });
};

function checkActionInput(
  types: StaticTypesContext,
  node: WorkflowNode,
  schema: JsonObject,
  base: JsonPath,
): Finding[] {
  const input = node.input ?? {};
  // Conditions inside an action's own input are for the action: it alone knows what they can read.
  const sources = sourcesOf(input, schema).filter((source) => source.kind === 'template' || source.path.at(-1) === '$');
  const computed = checkSources(types, node, sources, base);
  const found = checkInput(input, schema, computed.types).map((one) => ({ ...one, path: [...base, ...one.path] }));
  const hinted = found.map((one) => withHint(one, input, base));
  return [...malformedExpressions(input, base), ...computed.findings, ...hinted];
}

function checkFlowInput(
  types: StaticTypesContext,
  node: WorkflowNode,
  type: keyof typeof flowInputSchemas,
  base: JsonPath,
): Finding[] {
  const input = node.input ?? {};
  const schema = flowNodes[type].inputSchema;
  const computed = checkSources(types, node, sourcesOf(input, schema), base);
  const found = [...malformedExpressions(input, base), ...computed.findings];
  const parsed = flowInputSchemas[type].safeParse(input);
  if (parsed.success) {
    const own = [...wrongYields(node, computed.types, base), ...wrongBusinessHours(node, base)];
    return [...found, ...own, ...fixedSwitch(node, base)];
  }
  const codes = { missing: 'missing_input', wrong: 'invalid_input' } as const;
  const context = { document: types.definition, base, schema, codes };
  return [...found, ...findingsFromIssues(parsed.error.issues, context).map((one) => withHint(one, input, base))];
}

type Computed = { readonly types: ReadonlyMap<string, JsonObject>; readonly findings: readonly Finding[] };

function checkSources(
  context: StaticTypesContext,
  node: WorkflowNode,
  sources: readonly Source[],
  base: JsonPath,
): Computed {
  const types = new Map<string, JsonObject>();
  const findings: Finding[] = [];
  if (sources.length === 0) return { types, findings };
  const usual = nameTypesAt(context, node.id);
  for (const { kind, source, path } of sources) {
    const names = namesFor(context, node, path, usual);
    const checked = checkSource(kind, source, names, [...base, ...path]);
    findings.push(...checked.findings);
    if (path.at(-1) === '$') types.set(jsonPointer(path.slice(0, -1)), checked.type);
  }
  return { types, findings };
}

/** Some fields are evaluated elsewhere than where their node starts. */
function namesFor(context: StaticTypesContext, node: WorkflowNode, path: JsonPath, usual: NameTypes): NameTypes {
  if (node.type === 'flow.wait_for_event' && path[0] === 'where') return withOfferedEvent(usual);
  if (node.type !== 'flow.loop') return usual;
  if (path[0] === 'while') return nameTypesOfWhile(context, node.id);
  return path[0] === 'collect' ? nameTypesOfTurn(context, node.id) : usual;
}

/** `$` marks an expression, so anything else under that key is a mistake. */
function malformedExpressions(input: Json, base: JsonPath): Finding[] {
  if (typeof input !== 'object' || input === null) return [];
  if (claimsExpression(input)) {
    if (isExpression(input)) return [];
    const what = 'must be { "$": "…" } with an expression as text and no other key';
    return [{ code: 'invalid_expression', path: base, what }];
  }
  const entries: [string | number, Json][] = Array.isArray(input) ? [...input.entries()] : Object.entries(input);
  return entries.flatMap(([key, value]) => malformedExpressions(value, [...base, key]));
}

/** A path written as text, where its value was surely meant. */
const BARE_PATH = /^(event|client|steps|vars|item|loops)(\.\w+|\[\d+\])+$/;

function withHint(finding: Finding, input: Json, base: JsonPath): Finding {
  const value = valueAt(input, finding.path.slice(base.length));
  if (finding.hint || typeof value !== 'string' || !BARE_PATH.test(value)) return finding;
  return { ...finding, hint: ` Write { "$": "${value}" } to read it.` };
}

/** Cases compared with a text that never changes always end the same way. */
function fixedSwitch(node: WorkflowNode, base: JsonPath): readonly Finding[] {
  const value = node.type === 'flow.switch' ? node.input?.value : undefined;
  if (typeof value !== 'string' || !BARE_PATH.test(value)) return [];
  const what = `is the text '${value}' itself, the same in every run`;
  const finding: Finding = { code: 'invalid_input', path: [...base, 'value'], what, severity: 'warning' };
  return [withHint(finding, node.input ?? {}, base)];
}

const TEXT: JsonObject = { type: 'string' };

/** What the expressions of flow nodes must yield. */
const YIELDS: { readonly [place: string]: JsonObject } = {
  'flow.loop/items': { type: 'array' },
  'flow.delay/for': TEXT,
  'flow.wait_until/at': { type: ['string', 'number'] },
  'flow.wait_for_event/timeout': TEXT,
  'flow.wait_for_event/lookback': TEXT,
  'flow.workflow/workflow': TEXT,
  'flow.stop/message': TEXT,
};

function wrongYields(node: WorkflowNode, types: ReadonlyMap<string, JsonObject>, base: JsonPath): Finding[] {
  return Object.keys(node.input ?? {}).flatMap((key): Finding[] => {
    const wanted = YIELDS[`${node.type}/${key}`];
    const type = types.get(jsonPointer([key]));
    if (wanted === undefined || type === undefined || !neverFits(type, wanted, wanted)) return [];
    const words = `must be ${describeKinds(kindsOf(wanted, wanted))}, but its expression yields ${describeKinds(kindsOf(type, type))}`;
    return [{ code: 'invalid_input', path: [...base, key], what: words }];
  });
}

function wrongBusinessHours(node: WorkflowNode, base: JsonPath): readonly Finding[] {
  if (node.type !== 'flow.wait_until') return [];
  const { businessHours } = flowInputSchemas['flow.wait_until'].parse(node.input ?? {});
  return wrongZone(businessHours?.timezone, [...base, 'businessHours', 'timezone'], 'invalid_input');
}

/** With the types of loop items, each worked out once and from the outermost loop in. */
function staticTypesContext(context: CheckContext): StaticTypesContext {
  const known = new Map<string, JsonObject>();
  const itemType = (loopId: string): JsonObject => {
    const found = known.get(loopId);
    if (found !== undefined) return found;
    // Stands in while it is worked out: in an unsound graph a loop may lie in its own body.
    known.set(loopId, {});
    const items = context.graph.nodes.get(loopId)?.node.input?.items;
    if (items === undefined || !isExpression(items)) return {};
    const { type } = checkSource('expression', items.$, nameTypesAt(types, loopId), []);
    const entry = type.items;
    const result = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? (entry as JsonObject) : {};
    known.set(loopId, result);
    return result;
  };
  const { definition, actions } = context;
  const steps = new Map(definition.nodes.map((node) => [node.id, stepType(node, actions)]));
  const types: StaticTypesContext = { ...context, itemType, typeOfStep: (id) => steps.get(id) ?? {} };
  return types;
}
