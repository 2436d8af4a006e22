/**
 * Lets the wait for an event be found by a look-up: a wait demands one `path=json`, an event shows all that it holds.
 * Only a first sieve: whether an event is the awaited one is decided by `where` itself.
 */
import { equalityOnEvent } from '../expression/equality-on-event.ts';
import { evaluateExpression } from '../expression/evaluate-expression.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import type { Names } from '../expression/names.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { Fact } from './event.ts';

export const MATCH_LIMITS = { depth: 5, keys: 200, jsonChars: 200 } as const;

/** Stands for every key, where an event holds more than can be listed: offer it to every wait for its name. */
export const ANY_KEY = '*';

/**
 * `data.from="+49…"` for each scalar field of the event's data, outermost first. Fields inside lists are left out, as
 * no wait demands one. Past the limit the only key is ANY_KEY.
 */
export function matchKeys(event: Fact): readonly string[] {
  const keys: string[] = [];
  let level: readonly { readonly path: string; readonly value: Json }[] = [{ path: 'data', value: event.data }];
  for (let depth = 0; depth < MATCH_LIMITS.depth; depth += 1) {
    const fields = level.flatMap(({ path, value }) => fieldsOf(path, value));
    for (const { path, value } of fields) if (isScalar(value)) keys.push(keyOf(path, value));
    if (keys.length > MATCH_LIMITS.keys) return [ANY_KEY];
    level = fields;
  }
  return keys;
}

/**
 * The key that an event must show to be worth a look, by what the names are when the wait begins; null where `where`
 * demands none that can be known now.
 */
export function matchKeyOf(where: string, names: Names): string | null {
  for (const { path, other } of equalityOnEvent(where)) {
    if (path.split('.').length > MATCH_LIMITS.depth + 1) continue;
    const value = knownValue(other, names);
    if (value !== undefined && isScalar(value)) return keyOf(path, value);
  }
  return null;
}

function fieldsOf(path: string, value: Json): readonly { readonly path: string; readonly value: Json }[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    IDENTIFIER.test(name) ? [{ path: `${path}.${name}`, value: field }] : [],
  );
}

/** What can stand behind a dot in an expression. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/** Cut alike on both sides, so that long texts still find each other. */
function keyOf(path: string, value: Json): string {
  return `${path}=${JSON.stringify(value).slice(0, MATCH_LIMITS.jsonChars)}`;
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function knownValue(source: string, names: Names): Json | undefined {
  try {
    return evaluateExpression(source, names);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
