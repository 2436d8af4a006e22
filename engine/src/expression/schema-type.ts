import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { ANYTHING, BOOLEAN_TYPE, NUMBER_TYPE, TEXT_TYPE } from './cel-function.ts';
import { KIND_NAMES, type Kind } from './cel-value.ts';

/** Schemas, read as types: which kinds of value they allow, and what their fields and places hold. */

export type FieldType =
  | { readonly kind: 'found'; readonly type: JsonObject }
  | { readonly kind: 'absent'; readonly known: readonly string[] }
  | { readonly kind: 'no-fields' };

/** The kinds a schema allows, or undefined where it allows anything or says it in a way that is not followed. */
export function kindsOf(schema: JsonObject): ReadonlySet<Kind> | undefined {
  if (schema.cel === 'timestamp' || schema.cel === 'duration') return new Set([schema.cel]);
  const options = alternativesOf(schema);
  if (options.length !== 1 || options[0] !== schema) {
    const kinds = options.map(kindsOf);
    return kinds.reduce<ReadonlySet<Kind> | undefined>((all, some) => all && some && all.union(some), new Set<Kind>());
  }
  if (schema.const !== undefined) return new Set([kindOfJson(schema.const)]);
  if (Array.isArray(schema.enum)) return new Set(schema.enum.map(kindOfJson));
  const names = Array.isArray(schema.type) ? schema.type : [schema.type];
  const kinds = names.map((name) => KINDS.get(name));
  return kinds.every((kind) => kind !== undefined) ? new Set(kinds) : undefined;
}

const KINDS: ReadonlyMap<unknown, Kind> = new Map<unknown, Kind>([
  ['null', 'null'],
  ['boolean', 'boolean'],
  ['number', 'number'],
  ['integer', 'number'],
  ['string', 'string'],
  ['array', 'array'],
  ['object', 'object'],
]);

/** True where the schema may allow one of `kinds`; one that allows null beside others counts as the others. */
export function mayBe(schema: JsonObject, kinds: readonly Kind[]): boolean {
  const known = kindsOf(schema);
  return known === undefined || kinds.some((kind) => known.has(kind));
}

/** What a field of that name holds. With `closed`, only the listed fields exist unless the schema says otherwise. */
export function fieldOf(schema: JsonObject, name: string, closed: boolean): FieldType {
  const found: JsonObject[] = [];
  const known: string[] = [];
  let absent = false;
  for (const option of alternativesOf(schema)) {
    const kinds = kindsOf(option);
    if (kinds === undefined) return { kind: 'found', type: ANYTHING };
    if (!kinds.has('object')) continue;
    const field = ownField(option, name, closed);
    if (field) found.push(field);
    else absent = true;
    known.push(...Object.keys(isJsonObject(option.properties) ? option.properties : {}));
  }
  if (found.length > 0) return { kind: 'found', type: unionOf(found) };
  return absent ? { kind: 'absent', known } : { kind: 'no-fields' };
}

/** What the places of a list hold. */
export function itemOf(schema: JsonObject): JsonObject {
  const lists = alternativesOf(schema).filter((option) => mayBe(option, ['array']));
  return unionOf(lists.map((option) => (isJsonObject(option.items) ? option.items : ANYTHING)));
}

/** The schema that allows what any of them allows. */
export function unionOf(types: readonly JsonObject[]): JsonObject {
  const options = new Map<string, JsonObject>();
  for (const type of types.flatMap(alternativesOf)) {
    if (kindsOf(type) === undefined) return ANYTHING;
    options.set(JSON.stringify(type), type);
  }
  const [first, ...others] = options.values();
  if (first === undefined || options.size > MAX_ALTERNATIVES) return ANYTHING;
  return others.length === 0 ? first : { anyOf: [first, ...others] };
}

const MAX_ALTERNATIVES = 20;

export function withoutNull(schema: JsonObject): JsonObject {
  const options = alternativesOf(schema).filter((option) => !isOnlyNull(option));
  return options.length === 0 ? ANYTHING : unionOf(options);
}

/** A type for use outside of expressions: times are what they become in a result, ISO text. */
export function finishedType(type: JsonObject): JsonObject {
  return strip(type) as JsonObject;
}

/** The kinds of a schema in the words that messages use. */
export function describeType(schema: JsonObject): string {
  const kinds = [...(kindsOf(schema) ?? [])];
  const shown = kinds.length > 1 ? kinds.filter((kind) => kind !== 'null') : kinds;
  return shown.map((kind) => KIND_NAMES[kind]).join(' or ') || 'anything';
}

/** The type of a value that is written out. */
export function literalType(value: null | boolean | number | string): JsonObject {
  if (value === null) return { type: 'null' };
  if (typeof value === 'boolean') return BOOLEAN_TYPE;
  if (typeof value === 'string') return { ...TEXT_TYPE, const: value };
  return Number.isInteger(value) ? { type: 'integer', const: value } : { ...NUMBER_TYPE, const: value };
}

function alternativesOf(schema: JsonObject): readonly JsonObject[] {
  const options = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(options))
    return options.map((option: Json) => (isJsonObject(option) ? option : ANYTHING)).flatMap(alternativesOf);
  if (!Array.isArray(schema.type) || schema.type.length < 2) return [schema];
  return schema.type.map((type: Json) => ({ ...schema, type }));
}

function ownField(schema: JsonObject, name: string, closed: boolean): JsonObject | undefined {
  const properties = isJsonObject(schema.properties) ? schema.properties : undefined;
  const own = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (isJsonObject(own)) return own;
  if (own !== undefined || schema.patternProperties !== undefined) return ANYTHING;
  const others = schema.additionalProperties;
  if (others === undefined) return closed && properties ? undefined : ANYTHING;
  if (others === false) return undefined;
  return isJsonObject(others) ? others : ANYTHING;
}

export function isOnlyNull(schema: JsonObject): boolean {
  const kinds = kindsOf(schema);
  return kinds !== undefined && kinds.size === 1 && kinds.has('null');
}

function kindOfJson(value: Json): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return KINDS.get(typeof value) ?? 'object';
}

function strip(value: Json): Json {
  if (Array.isArray(value)) return value.map(strip);
  if (!isJsonObject(value)) return value;
  const marked = value.cel === 'timestamp' || value.cel === 'duration';
  const entries = Object.entries(value).filter(([key]) => !(marked && key === 'cel'));
  return Object.fromEntries(entries.map(([key, field]) => [key, strip(field)]));
}
