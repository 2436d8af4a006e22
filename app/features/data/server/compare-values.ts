import type { Json } from '@mainspring/engine/json.ts';

// The same order on every machine, whatever its language is set to.
const collator = new Intl.Collator('en', { numeric: true });

/**
 * Orders values of any kinds: false and true, then numbers, then text (as people sort it: `a`, `B`, `item 2`,
 * `item 10`), then lists and objects, which stay as they came. For nothing (null or missing) see `isNothing`.
 */
export function compareValues(one: Json, other: Json): number {
  const [left, right] = [rank(one), rank(other)];
  if (left !== right) return left - right;
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other);
  if (typeof one === 'string' && typeof other === 'string') {
    return collator.compare(one, other) || Number(one > other) - Number(one < other);
  }
  return 0;
}

export function isNothing(value: Json | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function rank(value: Json): number {
  switch (typeof value) {
    case 'boolean':
      return 0;
    case 'number':
      return 1;
    case 'string':
      return 2;
    default:
      return 3;
  }
}
