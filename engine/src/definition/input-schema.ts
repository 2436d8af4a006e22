/**
 * Checks a raw input against the JSON Schema that its action will see once templates and expressions are computed.
 * `{ "$": … }` may stand for any value: its static type is compared instead. Text with Liquid markup is some text.
 * A place that its schema calls literal holds neither: what stands there is meant as it is.
 * Understands what zod writes: type, enum, const, properties, required, additionalProperties, propertyNames, items,
 * prefixItems, anyOf, oneOf, allOf, $ref, bounds, pattern. Other keywords are left to the action itself.
 */
import { isTemplate } from '../expression/render-template.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { didYouMean } from './did-you-mean.ts';
import { type JsonPath, jsonPointer } from './json-pointer.ts';
import { isLiteral } from './literal-places.ts';
import type { Finding } from './problem.ts';
import { shown } from './sound-text.ts';
import { claimsExpression } from './sources.ts';
import { describeKinds, kindOfJson, kindsOf, neverFits, resolve } from './static-kinds.ts';

/** Static types of the expressions in the input, by the JSON pointer of the `{ "$": … }`, below the input. */
export type ExpressionTypes = ReadonlyMap<string, JsonObject>;

/** Everything in `input` that cannot fit. Paths stand below the input. */
export function checkInput(input: Json, schema: JsonObject, types: ExpressionTypes): readonly Finding[] {
  return check({ value: input, schema, path: [], root: schema, types, depth: 0 });
}

type At = {
  readonly value: Json;
  readonly schema: JsonObject;
  readonly path: JsonPath;
  readonly root: JsonObject;
  readonly types: ExpressionTypes;
  readonly depth: number;
};

/** Inputs are no deeper; a schema that goes on for ever is not followed. */
const MOST_LEVELS = 200;

function check(at: At): readonly Finding[] {
  const schema = resolve(at.schema, at.root);
  if (schema === null || at.depth > MOST_LEVELS) return [];
  const here = { ...at, schema, depth: at.depth + 1 };
  if (claimsExpression(at.value) && !isLiteral(schema)) return checkExpressionType(here);
  const union = schema.anyOf ?? schema.oneOf;
  const ofUnion = Array.isArray(union) ? checkUnion(here, union.filter(isJsonObject)) : [];
  const every = Array.isArray(schema.allOf) ? schema.allOf.filter(isJsonObject) : [];
  return [...ofUnion, ...every.flatMap((part) => check({ ...here, schema: part })), ...checkValue(here)];
}

function checkExpressionType({ value, schema, path, root, types }: At): readonly Finding[] {
  const type = types.get(jsonPointer(path));
  if (!isJsonObject(value) || type === undefined || !neverFits(type, schema, root)) return [];
  const what = `must be ${describeKinds(kindsOf(schema, root))}, but its expression yields ${describeType(type)}`;
  return [wrong(path, what)];
}

function describeType(type: JsonObject): string {
  const entries = type.type === 'array' && isJsonObject(type.items) ? kindsOf(type.items, type) : null;
  return `${describeKinds(kindsOf(type, type))}${entries === null ? '' : ` of ${describeKinds(entries)}`}`;
}

/** Fits one option at least; else the nearest option says what is wrong. */
function checkUnion(at: At, options: readonly JsonObject[]): readonly Finding[] {
  const answers = options.map((schema) => check({ ...at, schema }));
  if (answers.length === 0 || answers.some((found) => found.length === 0)) return [];
  const kind = kindOfJson(at.value);
  const meant = answers.filter((_, index) => kindsOf(options[index] ?? {}, at.root)?.has(kind) ?? true);
  const nearest = meant.toSorted((one, other) => rank(one, at.path) - rank(other, at.path))[0];
  if (nearest !== undefined) return nearest;
  const kinds = new Set(options.flatMap((option) => [...(kindsOf(option, at.root) ?? [])]));
  return [wrong(at.path, `must be ${describeKinds(kinds)}, not ${shown(at.value)}`)];
}

/** Options whose own value is refused are less meant than those with something wrong inside. */
function rank(found: readonly Finding[], path: JsonPath): number {
  return found.length + (found.some((one) => one.path.length === path.length) ? 1000 : 0);
}

function checkValue(at: At): readonly Finding[] {
  const { value, schema, path, root } = at;
  const kinds = schema.type === undefined ? null : kindsOf(schema, root);
  if (kinds !== null && !kinds.has(kindOfJson(value))) return [wrongKind(at, describeKinds(kinds))];
  if (typeof value === 'string') return isComputed(at) ? [] : [...checkChoice(at), ...checkText(value, schema, path)];
  if (typeof value === 'number') return [...checkChoice(at), ...checkNumber(value, schema, path)];
  if (Array.isArray(value)) return checkList(at, value);
  if (isJsonObject(value)) return checkObject(at, value);
  return checkChoice(at);
}

function isComputed({ value, schema }: At): boolean {
  return typeof value === 'string' && isTemplate(value) && !isLiteral(schema);
}

function wrongKind({ value, schema, path }: At, wanted: string): Finding {
  const fits = schema.type === 'integer' ? 'a whole number' : wanted;
  if (isLiteral(schema)) return wrong(path, `must be ${fits}, written out, not ${shown(value)}`);
  if (typeof value === 'string' && isTemplate(value)) {
    return wrong(path, `must be ${fits}, but a template always yields text`, ' Write { "$": "…" } with an expression.');
  }
  return wrong(path, `must be ${fits}, not ${shown(value)}`);
}

function checkChoice({ value, schema, path }: At): readonly Finding[] {
  const choices = schema.const !== undefined ? [schema.const] : schema.enum;
  if (!Array.isArray(choices) || choices.includes(value)) return [];
  const wanted =
    choices.length === 1 ? `must be ${shown(choices[0])}` : `must be one of ${choices.map(String).join(', ')}`;
  const hint = typeof value === 'string' ? didYouMean(value, choices.map(String)) : '';
  return [wrong(path, `${wanted}, not ${shown(value)}`, hint)];
}

function checkText(value: string, schema: JsonObject, path: JsonPath): readonly Finding[] {
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === 'number' && value.length < minLength) {
    return [wrong(path, minLength === 1 ? 'must not be empty' : `must be at least ${minLength} characters long`)];
  }
  if (typeof maxLength === 'number' && value.length > maxLength) {
    return [wrong(path, `must be at most ${maxLength} characters long`)];
  }
  if (typeof pattern !== 'string' || matches(value, pattern)) return [];
  const format = typeof schema.format === 'string' ? `be a valid ${schema.format}` : `match ${pattern}`;
  return [wrong(path, `must ${format}, not ${shown(value)}`)];
}

/** Patterns come from actions, not from definitions, but are kept from texts on which they could run for long. */
const MOST_MATCHED_CHARS = 2000;

function matches(value: string, pattern: string): boolean {
  if (value.length > MOST_MATCHED_CHARS) return true;
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}

function checkNumber(value: number, schema: JsonObject, path: JsonPath): readonly Finding[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const wanted =
    schema.type === 'integer' && !Number.isInteger(value)
      ? 'a whole number'
      : typeof minimum === 'number' && value < minimum
        ? `at least ${minimum}`
        : typeof maximum === 'number' && value > maximum
          ? `at most ${maximum}`
          : typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum
            ? `more than ${exclusiveMinimum}`
            : typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum
              ? `less than ${exclusiveMaximum}`
              : typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)
                ? `a multiple of ${multipleOf}`
                : null;
  return wanted === null ? [] : [wrong(path, `must be ${wanted}, not ${value}`)];
}

function checkList(at: At, value: readonly Json[]): readonly Finding[] {
  const { minItems, maxItems, items, prefixItems } = at.schema;
  const found: Finding[] = [];
  if (typeof minItems === 'number' && value.length < minItems)
    found.push(wrong(at.path, `must have at least ${minItems} entries`));
  if (typeof maxItems === 'number' && value.length > maxItems)
    found.push(wrong(at.path, `must have at most ${maxItems} entries`));
  const first = Array.isArray(prefixItems) ? prefixItems : [];
  for (const [index, entry] of value.entries()) {
    const schema = first[index] ?? items;
    if (isJsonObject(schema)) found.push(...check({ ...at, value: entry, schema, path: [...at.path, index] }));
  }
  return found;
}

function checkObject(at: At, value: JsonObject): readonly Finding[] {
  const { schema, path } = at;
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const missing = required.filter((key) => !Object.hasOwn(value, key));
  const known = Object.keys(properties).filter((key) => !Object.hasOwn(value, key));
  const found: Finding[] = missing.map((key) => missingKey(at, key, properties[key]));
  for (const [key, child] of Object.entries(value)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    if (own === false) found.push(unknownKey([...path, key], key, known, Object.keys(properties)));
    else if (isJsonObject(own)) found.push(...check({ ...at, value: child, schema: own, path: [...path, key] }));
    if (isJsonObject(schema.propertyNames)) found.push(...checkName(schema.propertyNames, key, [...path, key]));
  }
  return found;
}

function missingKey({ path, root }: At, key: string, schema: Json | undefined): Finding {
  const kinds = isJsonObject(schema) ? kindsOf(schema, root) : null;
  return { code: 'missing_input', path: [...path, key], what: `is missing; it must be ${describeKinds(kinds)}` };
}

function unknownKey(path: JsonPath, key: string, unused: readonly string[], known: readonly string[]): Finding {
  const list = known.length === 0 ? ' Nothing is known here.' : ` Known here: ${known.join(', ')}.`;
  return { code: 'unknown_key', path, what: 'is not a known key', hint: didYouMean(key, unused) || list };
}

function checkName(schema: JsonObject, key: string, path: JsonPath): readonly Finding[] {
  const found = [...checkText(key, schema, path), ...checkChoice({ ...NOWHERE, value: key, schema, path })];
  return found.map((one) => ({ ...one, what: `is a key that ${one.what}` }));
}

const NOWHERE = { root: {}, types: new Map(), depth: 0 } as const;

function wrong(path: JsonPath, what: string, hint = ''): Finding {
  return { code: 'invalid_input', path, what, hint };
}
