/** Compares JSON Schemas by the kinds of value that they let through: enough to know when two can never agree. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** Schemas nested deeper than this are taken to let anything through. */
const MOST_LEVELS = 8;

/** The kinds that a schema lets through; null for any. `root` is where its references lead. */
export function kindsOf(schema: JsonObject, root: JsonObject, level = 0): ReadonlySet<JsonKind> | null {
  if (level > MOST_LEVELS) return null;
  const target = resolve(schema, root);
  if (target === null) return null;
  if (target.type !== undefined) return new Set([target.type].flat().flatMap(kindNamed));
  if (target.const !== undefined) return new Set([kindOfJson(target.const)]);
  if (Array.isArray(target.enum)) return new Set(target.enum.map(kindOfJson));
  const union = target.anyOf ?? target.oneOf;
  if (!Array.isArray(union)) return null;
  const parts = union.map((option) => (isJsonObject(option) ? kindsOf(option, root, level + 1) : null));
  return parts.includes(null) ? null : new Set(parts.flatMap((part) => [...(part ?? [])]));
}

/** True where no value of `type` can fit `schema`, as far as kinds tell; lists are compared by their entries too. */
export function neverFits(type: JsonObject, schema: JsonObject, root: JsonObject, level = 0): boolean {
  const given = kindsOf(type, type);
  const wanted = kindsOf(schema, root);
  if (given === null || wanted === null || level > MOST_LEVELS) return false;
  const common = [...given].filter((kind) => wanted.has(kind));
  if (common.length === 0) return true;
  const target = resolve(schema, root);
  if (common.length > 1 || common[0] !== 'array' || !isJsonObject(type.items) || !isJsonObject(target?.items))
    return false;
  return neverFits(type.items, target.items, root, level + 1);
}

export function kindOfJson(value: Json): JsonKind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const kind = typeof value;
  return kind === 'boolean' || kind === 'number' || kind === 'string' ? kind : 'object';
}

/** `text, or a list`; `any value` where everything fits. */
export function describeKinds(kinds: ReadonlySet<JsonKind> | null): string {
  return kinds === null ? 'any value' : [...kinds].map((kind) => KIND_WORDS[kind]).join(' or ');
}

/** What a chain of references leads to; null where it leads nowhere or round in a ring. */
export function resolve(schema: JsonObject, root: JsonObject): JsonObject | null {
  let target: Json | undefined = schema;
  for (let hops = 0; isJsonObject(target) && typeof target.$ref === 'string'; hops++) {
    if (hops > MOST_LEVELS) return null;
    target = referred(target.$ref, root);
  }
  return isJsonObject(target) ? target : null;
}

function referred(reference: string, root: JsonObject): Json | undefined {
  if (!reference.startsWith('#')) return undefined;
  let target: Json | undefined = root;
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    target = isJsonObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return target;
}

function kindNamed(type: Json): JsonKind[] {
  if (type === 'integer') return ['number'];
  return typeof type === 'string' && Object.hasOwn(KIND_WORDS, type) ? [type as JsonKind] : [];
}

const KIND_WORDS: { readonly [Kind in JsonKind]: string } = {
  null: 'null',
  boolean: 'true or false',
  number: 'a number',
  string: 'text',
  array: 'a list',
  object: 'an object',
};
