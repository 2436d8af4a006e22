/** Walks a JSON Schema next to a value: which parts of it speak about which part of the value. */
import { isJsonObject, type JsonObject } from '../json.ts';
import type { JsonPath } from './json-pointer.ts';

/** The options of a union that a value may be meant for: by its `type` where they tell themselves apart by it. */
export function optionsFor(schema: JsonObject, value: unknown): readonly JsonObject[] {
  const union = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(union)) return [schema];
  const options = union.filter(isJsonObject);
  const type = isJsonObject(value) ? value.type : undefined;
  const meant = options.filter((option) => type !== undefined && constOfType(option) === type);
  // The outer schema may carry hints of its own, such as a format.
  const inner = (meant.length > 0 ? meant : options).flatMap((option) => optionsFor(option, value));
  return inner.map((option) => (schema.format === undefined ? option : { ...option, format: schema.format }));
}

/** The schemas of `value[key]`, out of the options for `value`. */
export function optionsBelow(options: readonly JsonObject[], key: PropertyKey, child: unknown): readonly JsonObject[] {
  return options.flatMap((option) => below(option, key)).flatMap((schema) => optionsFor(schema, child));
}

/** The keys that a JSON Schema knows for the object at `path` inside `value`. Empty where any key may stand there. */
export function knownKeys(schema: JsonObject, value: unknown, path: JsonPath): readonly string[] {
  let options = optionsFor(schema, value);
  let at = value;
  for (const key of path) {
    at = typeof at === 'object' && at !== null ? (at as { readonly [key: PropertyKey]: unknown })[key] : undefined;
    options = optionsBelow(options, key, at);
  }
  return [...new Set(options.flatMap(({ properties }) => (isJsonObject(properties) ? Object.keys(properties) : [])))];
}

function below({ properties, additionalProperties, items }: JsonObject, key: PropertyKey): readonly JsonObject[] {
  if (typeof key === 'number') return isJsonObject(items) ? [items] : [];
  const named = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[String(key)] : undefined;
  const own = named ?? additionalProperties;
  return isJsonObject(own) ? [own] : [];
}

function constOfType({ properties }: JsonObject): unknown {
  const type = isJsonObject(properties) ? properties.type : undefined;
  return isJsonObject(type) ? type.const : undefined;
}
