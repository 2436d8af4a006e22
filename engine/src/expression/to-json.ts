import type { Json } from '../json.ts';
import { formatDuration } from './cel-time.ts';
import { type CelValue, Duration, setOwn, Timestamp } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { LIMITS } from './limits.ts';
import { storableText } from './storable-text.ts';

/**
 * A result as plain JSON: times become ISO 8601 text. What is already plain is answered as it is, not copied.
 * Throws `limit_exceeded` past the limits of size and nesting. With `measure` false the size is not counted.
 */
export function toJson(value: CelValue, measure: boolean): Json {
  return convert(value, { chars: measure ? LIMITS.outputChars : Number.POSITIVE_INFINITY }, 0);
}

type Budget = { chars: number };

function convert(value: CelValue, budget: Budget, depth: number): Json {
  switch (typeof value) {
    case 'string':
      take(budget, value.length + 2);
      return storableText(value);
    case 'number':
      take(budget, 8);
      return finite(value);
    case 'boolean':
      take(budget, 5);
      return value;
    default:
      if (value === null || value === undefined) return null;
      if (value instanceof Timestamp) return convert(new Date(value.ms).toISOString(), budget, depth);
      if (value instanceof Duration) return convert(formatDuration(value), budget, depth);
      if (depth >= LIMITS.valueDepth) {
        throw new ExpressionError('limit_exceeded', `the result nests deeper than ${LIMITS.valueDepth} levels`);
      }
      return Array.isArray(value)
        ? convertList(value, budget, depth + 1)
        : convertObject(value as { readonly [key: string]: CelValue }, budget, depth + 1);
  }
}

function convertList(list: readonly CelValue[], budget: Budget, depth: number): Json {
  take(budget, 2 + list.length);
  let changed = false;
  const out = list.map((item) => {
    const plain = convert(item, budget, depth);
    if (plain !== item) changed = true;
    return plain;
  });
  return changed ? out : (list as readonly Json[]);
}

function convertObject(object: { readonly [key: string]: CelValue }, budget: Budget, depth: number): Json {
  take(budget, 2);
  let changed = false;
  const out: Record<string, Json> = {};
  for (const [key, item] of Object.entries(object)) {
    take(budget, key.length + 4);
    const name = storableText(key);
    if (name !== key) changed = true;
    const plain = convert(item, budget, depth);
    if (plain !== item) changed = true;
    setOwn(out, name, plain);
  }
  return changed ? out : (object as { readonly [key: string]: Json });
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  throw new ExpressionError('evaluation_failed', `the result ${value} is not a number that JSON can carry`);
}

function take(budget: Budget, chars: number): void {
  budget.chars -= chars;
  if (budget.chars >= 0) return;
  throw new ExpressionError('limit_exceeded', `the result is larger than ${LIMITS.outputChars} characters`);
}
