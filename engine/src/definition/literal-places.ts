import type { LiteralPlaces } from '../expression/resolve-value.ts';
import type { Json, JsonObject } from '../json.ts';
import { optionsBelow, optionsFor } from './schema-options.ts';

/** True where the schema says `literal: true`: a program, say, in which braces are no template. */
export function isLiteral(schema: JsonObject): boolean {
  return schema.literal === true;
}

/** The literal places of this very input; undefined where it has none, as most have. */
export function literalPlacesOf(input: Json, schema: JsonObject): LiteralPlaces | undefined {
  return within(input, optionsFor(schema, input));
}

function within(value: Json, options: readonly JsonObject[]): LiteralPlaces | undefined {
  if (options.some(isLiteral)) return 'all';
  if (typeof value !== 'object' || value === null) return undefined;
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const found = entries.flatMap(([key, child]): [string | number, LiteralPlaces][] => {
    const below = within(child, optionsBelow(options, key, child));
    return below === undefined ? [] : [[key, below]];
  });
  return found.length === 0 ? undefined : new Map(found);
}
