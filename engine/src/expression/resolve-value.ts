import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { setOwn } from './cel-value.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { ExpressionError } from './expression-error.ts';
import { LIMITS } from './limits.ts';
import type { Names } from './names.ts';
import { renderTemplate } from './render-template.ts';

/** True for `{ "$": "<CEL source>" }`, with nothing beside it. */
export function isExpression(value: Json): value is { readonly $: string } {
  return isJsonObject(value) && typeof value.$ === 'string' && Object.keys(value).length === 1;
}

/** Places that are taken as they are written: all of a value, or by the keys below it. */
export type LiteralPlaces = 'all' | ReadonlyMap<string | number, LiteralPlaces>;

/**
 * A value of a definition as it stands at this moment: texts are rendered, expressions evaluated, the rest is as
 * written, and so is all that stands in `literals`. What comes out of either is data and is never looked at again.
 * Throws `ExpressionError`.
 */
export function resolveValue(value: Json, names: Names, literals?: LiteralPlaces): Json {
  return resolve(value, names, 0, literals);
}

function resolve(value: Json, names: Names, depth: number, literals: LiteralPlaces | undefined): Json {
  if (literals === 'all') return value;
  if (typeof value === 'string') return renderTemplate(value, names);
  if (typeof value !== 'object' || value === null) return value;
  if (isExpression(value)) return evaluateExpression(value.$, names);
  if (depth >= LIMITS.valueDepth) {
    throw new ExpressionError('limit_exceeded', `the value nests deeper than ${LIMITS.valueDepth} levels`);
  }
  if (Array.isArray(value))
    return value.map((item: Json, index) => resolve(item, names, depth + 1, literals?.get(index)));
  const out: Record<string, Json> = {};
  for (const [key, field] of Object.entries(value as JsonObject)) {
    setOwn(out, key, resolve(field, names, depth + 1, literals?.get(key)));
  }
  return out;
}
