import { isJsonObject, type JsonObject } from '../json.ts';
import type { JsonPath } from './json-pointer.ts';

/** The keys that a JSON Schema knows for the object at `path` inside `value`. Empty where any key may stand there. */
export function knownKeys(schema: JsonObject, value: unknown, path: JsonPath): readonly string[] {
  let here: readonly JsonObject[] = fitting(schema, value);
  let at = value;
  for (const part of path) {
    at = typeof at === 'object' && at !== null ? (at as { readonly [key: PropertyKey]: unknown })[part] : undefined;
    here = here.flatMap((option) => below(option, part)).flatMap((option) => fitting(option, at));
  }
  return [
    ...new Set(here.flatMap((option) => (isJsonObject(option.properties) ? Object.keys(option.properties) : []))),
  ];
}

function below(schema: JsonObject, part: PropertyKey): readonly JsonObject[] {
  if (typeof part === 'number') return isJsonObject(schema.items) ? [schema.items] : [];
  const { properties, additionalProperties } = schema;
  const own =
    isJsonObject(properties) && Object.hasOwn(properties, part) ? properties[String(part)] : additionalProperties;
  return isJsonObject(own) ? [own] : [];
}

/** The options of a union that a value may be meant for: by its `type` where they tell themselves apart by it. */
function fitting(schema: JsonObject, value: unknown): readonly JsonObject[] {
  const options = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(options)) return [schema];
  const objects = options.filter(isJsonObject);
  const type = isJsonObject(value) ? value.type : undefined;
  const meant = objects.filter((option) => type !== undefined && constOfType(option) === type);
  return (meant.length > 0 ? meant : objects).flatMap((option) => fitting(option, undefined));
}

function constOfType({ properties }: JsonObject): unknown {
  const type = isJsonObject(properties) ? properties.type : undefined;
  return isJsonObject(type) ? type.const : undefined;
}
