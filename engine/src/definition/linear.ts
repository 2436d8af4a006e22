/**
 * The linear form of workflows (a trigger, an ordered list of actions, conditions shared by all of them) as a graph:
 * a chain of nodes. Nodes and edges as canvases export them are taken too. The result is a document of the format,
 * not yet checked: `parseDefinition` and `validateDefinition` say what is still wrong with it, unknown actions first.
 */

import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { guardDocument } from './document-guard.ts';
import { FORMAT } from './format.ts';
import { type JsonPath, jsonPointer } from './json-pointer.ts';
import { buildCanvas, buildChain } from './linear-chain.ts';
import { conditionsToExpression, qualifyTemplates } from './linear-condition.ts';
import { type LinearTrigger, readSettings, readTrigger } from './linear-trigger.ts';
import { plainText } from './plain-text.ts';
import type { Problem } from './problem.ts';

export type LinearResult =
  | { readonly kind: 'graph'; readonly definition: JsonObject }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const ACTION_LIST_KEYS = ['actions', 'steps'] as const;

/** True for a document that is a workflow, but of no format of ours. */
export function isLinearForm(document: unknown): boolean {
  if (!isJsonObject(document) || document.format !== undefined) return false;
  return actionsKey(document) !== null || (Array.isArray(document.nodes) && document.trigger_type !== undefined);
}

/**
 * Plain field names (`status`, `{{ firstName }}`) come to read the event's data, and the trigger's filters and the
 * shared conditions become the trigger's `where`, or a filter in front where a trigger has none. Never throws.
 */
export function linearToGraph(document: unknown): LinearResult {
  const guarded = guardDocument(document);
  if (!guarded.readable || guarded.problems.length > 0) return { kind: 'problems', problems: guarded.problems };
  if (!isJsonObject(document))
    return refuse([], 'The document must be an object with a trigger and a list of actions.');
  const source = readTrigger(document as JsonObject);
  if (source === null) {
    return refuse(
      ['trigger'],
      'The workflow has no trigger; write one such as { "type": "event", "event": "client.created" }.',
    );
  }
  if (source.where === null)
    return refuse(['trigger', 'filters'], 'The filters of the trigger must be fields with their values.');
  const shared = conditionsToExpression(listOf(document.conditions), source.root);
  if (shared === null) {
    return refuse(
      ['conditions'],
      'Each shared condition needs a field and a known operator, such as { "field": "status", "operator": "equals", "value": "new" }.',
    );
  }
  return assemble(document as JsonObject, source, [source.where, shared]);
}

function assemble(document: JsonObject, source: LinearTrigger, wheres: readonly string[]): LinearResult {
  const where = wheres.filter((expression) => expression !== 'true');
  const condition = where.length > 1 ? where.map((expression) => `(${expression})`).join(' && ') : where[0];
  const manual = source.trigger.type === 'manual';
  const trigger = { id: 'trigger', ...source.trigger, ...(condition !== undefined && !manual && { where: condition }) };
  const first = [
    ...(condition !== undefined && manual ? [{ type: 'flow.filter', name: 'Conditions', config: { condition } }] : []),
    ...initialVariables(document.variables, source),
  ];
  const built = build(document, first, source);
  if (built.problems.length > 0) return { kind: 'problems', problems: built.problems };
  return {
    kind: 'graph',
    definition: {
      format: FORMAT,
      name: typeof document.name === 'string' && document.name.trim() !== '' ? document.name : 'Untitled workflow',
      ...(typeof document.description === 'string' &&
        document.description !== '' && { description: document.description }),
      triggers: [trigger],
      nodes: built.nodes,
      edges: built.edges,
      settings: readSettings(document.settings),
    },
  };
}

function build(document: JsonObject, first: readonly Json[], source: LinearTrigger) {
  const defaults = isJsonObject(document.settings) ? document.settings : {};
  const context = { root: source.root, defaults, triggerId: 'trigger' };
  const key = actionsKey(document);
  if (key === null && Array.isArray(document.nodes)) {
    return buildCanvas(document.nodes, listOf(document.edges), first, context);
  }
  return buildChain(listOf(document[key ?? 'actions']), key ?? 'actions', first, context);
}

/** `[{ name, value }]` or `{ name: value }`: what the workflow starts with becomes a node that sets it. */
function initialVariables(variables: Json | undefined, source: LinearTrigger): readonly Json[] {
  const entries: [string, Json][] = Array.isArray(variables)
    ? variables
        .filter(isJsonObject)
        .map((given) => [plainText(given.name ?? given.key ?? ''), given.value ?? given.default ?? null])
    : Object.entries(isJsonObject(variables) ? variables : {});
  const vars = Object.fromEntries(entries.filter(([name]) => name !== ''));
  if (Object.keys(vars).length === 0) return [];
  return [{ type: 'flow.set', name: 'Variables', config: { vars: qualifyTemplates(vars, source.root) } }];
}

function actionsKey(document: JsonObject): (typeof ACTION_LIST_KEYS)[number] | null {
  return ACTION_LIST_KEYS.find((key) => Array.isArray(document[key])) ?? null;
}

function listOf(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value as Json];
}

function refuse(path: JsonPath, message: string): LinearResult {
  return {
    kind: 'problems',
    problems: [{ code: 'invalid_document', path: jsonPointer(path), nodeId: null, message, severity: 'error' }],
  };
}
