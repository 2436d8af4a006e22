import type { JsonObject } from '../json.ts';
import { ANYTHING, type CelFunction, LIST, NUMBER, NUMBER_TYPE, OBJECT, TEXT_LIST_TYPE } from './cel-function.ts';
import { arithmetic, equals, exactNumber, order } from './cel-operators.ts';
import { type CelObject, type CelValue, describeKind, isList } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { type Frame, KEY_STEPS, spend } from './frame.ts';

export const listFunctions: Readonly<Record<string, CelFunction>> = {
  size: {
    params: [{ name: 'text, list or object', kinds: ['string', 'array', 'object'] }],
    returns: NUMBER_TYPE,
    run: ([value], frame) => size(value ?? null, frame),
  },
  first: onList((list) => list[0] ?? null, itemType),
  last: onList((list) => list.at(-1) ?? null, itemType),
  reverse: onList((list) => [...list].reverse(), sameType),
  sort: onList((list, frame) => sort(list, frame), sameType),
  distinct: onList((list, frame) => distinct(list, frame), sameType),
  flatten: onList(
    (list, frame) => flatten(list, frame),
    () => ({ type: 'array' }),
  ),
  slice: {
    params: [LIST, NUMBER, NUMBER],
    optional: 1,
    returns: sameType,
    run: ([list, from, to], frame) => {
      spend(frame, (list as readonly CelValue[]).length);
      return (list as readonly CelValue[]).slice(from as number, to as number | undefined);
    },
  },
  sum: onList(
    (list, frame) => sum(list, frame),
    () => NUMBER_TYPE,
  ),
  average: onList(
    (list, frame) => average(list, frame),
    () => NUMBER_TYPE,
  ),
  min: extreme('min'),
  max: extreme('max'),
  keys: {
    params: [OBJECT],
    returns: TEXT_LIST_TYPE,
    run: ([object], frame) => entriesOf(object as CelObject, frame).map(([key]) => key),
  },
  values: {
    params: [OBJECT],
    returns: { type: 'array' },
    run: ([object], frame) => entriesOf(object as CelObject, frame).map(([, value]) => value),
  },
};

function onList(
  change: (list: readonly CelValue[], frame: Frame) => CelValue,
  returns: (args: readonly JsonObject[]) => JsonObject,
): CelFunction {
  return {
    params: [LIST],
    returns,
    run: ([list], frame) => {
      spend(frame, (list as readonly CelValue[]).length);
      return change(list as readonly CelValue[], frame);
    },
  };
}

/** `min(a, b, ...)` or `min(list)`, of numbers, texts or times. */
function extreme(name: 'min' | 'max'): CelFunction {
  return {
    params: [{ name: 'values', kinds: 'any' }],
    rest: true,
    returns: ([only, ...others]) => (others.length === 0 && only ? itemType([only]) : (only ?? ANYTHING)),
    run: (args, frame) => {
      const [only] = args;
      const values = args.length === 1 && only !== undefined && isList(only) ? only : args;
      spend(frame, values.length);
      const [first, ...others] = values;
      if (first === undefined) {
        throw new ExpressionError('evaluation_failed', `${name}() of an empty list; check size(list) > 0 first`);
      }
      return others.reduce(
        (best, value) => (order(name === 'min' ? '<' : '>', value, best, 0, frame) ? value : best),
        first,
      );
    },
  };
}

function itemType([list]: readonly JsonObject[]): JsonObject {
  const items = list?.items;
  return typeof items === 'object' && items !== null && !Array.isArray(items) ? (items as JsonObject) : ANYTHING;
}

function sameType([list]: readonly JsonObject[]): JsonObject {
  return list ?? ANYTHING;
}

/** Characters of a text as people count them in CEL (code points), places of a list, keys of an object. */
function size(value: CelValue, frame: Frame): number {
  if (typeof value === 'string') {
    spend(frame, value.length >> 2);
    let count = 0;
    for (const _ of value) count += 1;
    return count;
  }
  return isList(value) ? value.length : entriesOf(value as CelObject, frame).length;
}

function sort(list: readonly CelValue[], frame: Frame): CelValue {
  spend(frame, list.length * Math.ceil(Math.log2(list.length + 1)));
  return [...list].sort((left, right) =>
    order('<', left, right, 0, frame) ? -1 : order('<', right, left, 0, frame) ? 1 : 0,
  );
}

function distinct(list: readonly CelValue[], frame: Frame): CelValue {
  const plain = new Set<CelValue>();
  const others: CelValue[] = [];
  return list.filter((item) => {
    if (typeof item !== 'object' || item === null) {
      if (plain.has(item)) return false;
      plain.add(item);
      return true;
    }
    spend(frame, others.length);
    if (others.some((other) => equals(other, item, frame))) return false;
    others.push(item);
    return true;
  });
}

function flatten(list: readonly CelValue[], frame: Frame): CelValue {
  const out: CelValue[] = [];
  for (const item of list) {
    spend(frame, isList(item) ? item.length : 1);
    if (!isList(item)) out.push(item);
    else for (const inner of item) out.push(inner);
  }
  return out;
}

function sum(list: readonly CelValue[], frame: Frame): number {
  let total = 0;
  for (const item of list) {
    if (typeof item !== 'number') {
      throw new ExpressionError(
        'expression_type',
        `sum() takes a list of numbers, got ${describeKind(item)} in the list`,
      );
    }
    total = arithmetic('+', total, item, 0, frame) as number;
  }
  return total;
}

function average(list: readonly CelValue[], frame: Frame): number {
  if (list.length === 0) {
    throw new ExpressionError('evaluation_failed', 'average() of an empty list; check size(list) > 0 first');
  }
  return exactNumber(sum(list, frame) / list.length, undefined);
}

function entriesOf(object: CelObject, frame: Frame): [string, CelValue][] {
  const entries = Object.entries(object);
  spend(frame, KEY_STEPS * entries.length);
  return entries;
}
