import { arithmetic, equals } from './cel-operators.ts';
import { type CelValue, isList, isObject } from './cel-value.ts';
import { assertTextLength, type Frame, spend } from './frame.ts';
import { functions } from './functions.ts';
import { countArg, type LiquidFilter, listOf, numberOf, textArg } from './liquid-filter.ts';
import { liquidText } from './liquid-text.ts';

/** Where a filter takes the name of a field, it is a plain path such as `address.city`; it is never parsed further. */
export const listFilters: Readonly<Record<string, LiquidFilter>> = {
  size: (input) => (typeof input === 'string' || isList(input) ? input.length : 0),
  first: (input) => (isList(input) ? (input[0] ?? null) : null),
  last: (input) => (isList(input) ? (input.at(-1) ?? null) : null),
  join: (input, args, frame) => join(listOf(input), args[0] === undefined ? ' ' : textArg(args, 0, frame), frame),
  reverse: (input) => [...listOf(input)].reverse(),
  compact: (input) => listOf(input).filter((item) => item !== null),
  concat: (input, args, frame) => concat(listOf(input), listOf(args[0] ?? null), frame),
  push: (input, args, frame) => concat(listOf(input), [args[0] ?? null], frame),
  uniq: (input, _args, frame) => functions.get('distinct')?.run([listOf(input)], frame) ?? null,
  slice: (input, args, frame) => slice(input, countArg(args[0], 0), countArg(args[1], 1), frame),
  sort: (input, args, frame) => sort(listOf(input), args[0], frame, compare),
  sort_natural: (input, args, frame) =>
    sort(listOf(input), args[0], frame, (left, right) => compare(lowered(left), lowered(right))),
  map: (input, args, frame) => listOf(input).map((item) => fieldOf(item, args[0], frame)),
  sum: (input, args, frame) =>
    listOf(input).reduce<number>(
      (total, item) => arithmetic('+', total, numberOf(fieldOf(item, args[0], frame)), 0, frame) as number,
      0,
    ),
  where: (input, args, frame) => listOf(input).filter((item) => fits(item, args, frame)),
  reject: (input, args, frame) => listOf(input).filter((item) => !fits(item, args, frame)),
  find: (input, args, frame) => listOf(input).find((item) => fits(item, args, frame)) ?? null,
  find_index: (input, args, frame) => {
    const index = listOf(input).findIndex((item) => fits(item, args, frame));
    return index < 0 ? null : index;
  },
  has: (input, args, frame) => listOf(input).some((item) => fits(item, args, frame)),
  group_by: (input, args, frame) => groupBy(listOf(input), args[0], frame),
};

function join(list: readonly CelValue[], separator: string, frame: Frame): string {
  let out = '';
  for (const [index, item] of list.entries()) {
    out += (index === 0 ? '' : separator) + liquidText(item, frame);
    assertTextLength(out.length);
  }
  spend(frame, out.length >> 3);
  return out;
}

function concat(left: readonly CelValue[], right: readonly CelValue[], frame: Frame): CelValue {
  spend(frame, left.length + right.length);
  return [...left, ...right];
}

function slice(input: CelValue, from: number, length: number, frame: Frame): CelValue {
  const whole = isList(input) ? input : [...liquidText(input, frame)];
  const start = from < 0 ? whole.length + from : from;
  const part = start < 0 || length < 0 ? [] : whole.slice(start, start + length);
  return isList(input) ? part : part.join('');
}

function sort(
  list: readonly CelValue[],
  path: CelValue | undefined,
  frame: Frame,
  by: (left: CelValue, right: CelValue) => number,
): CelValue {
  spend(frame, list.length * Math.ceil(Math.log2(list.length + 2)));
  return list
    .map((item) => ({ item, key: fieldOf(item, path, frame) }))
    .sort((left, right) => by(left.key, right.key))
    .map(({ item }) => item);
}

/** Numbers by size, texts by their characters; what is neither goes to the end. */
function compare(left: CelValue, right: CelValue): number {
  const [leftRank, rightRank] = [rankOf(left), rankOf(right)];
  if (leftRank !== rightRank || leftRank === 2) return leftRank - rightRank;
  const [first, second] = [left as string | number, right as string | number];
  return first < second ? -1 : first > second ? 1 : 0;
}

function rankOf(value: CelValue): 0 | 1 | 2 {
  if (typeof value === 'number') return 0;
  return typeof value === 'string' ? 1 : 2;
}

function lowered(value: CelValue): CelValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function fits(item: CelValue, args: readonly CelValue[], frame: Frame): boolean {
  const field = fieldOf(item, args[0], frame);
  if (args.length < 2) return field !== null && field !== false;
  return equals(field, args[1] ?? null, frame);
}

function fieldOf(item: CelValue, path: CelValue | undefined, frame: Frame): CelValue {
  spend(frame, 5);
  if (path === undefined || path === null) return item;
  let value: CelValue = item;
  for (const part of liquidText(path, frame).slice(0, 500).split('.')) {
    if (isObject(value) && Object.hasOwn(value, part)) value = value[part] ?? null;
    else if (isList(value) && /^\d{1,9}$/.test(part)) value = value[Number(part)] ?? null;
    else return null;
  }
  return value;
}

function groupBy(list: readonly CelValue[], path: CelValue | undefined, frame: Frame): CelValue {
  const groups = Map.groupBy(list, (item) => {
    const key = fieldOf(item, path, frame);
    return typeof key === 'object' && key !== null ? liquidText(key, frame) : key;
  });
  return [...groups].map(([name, items]) => ({ name, items }));
}
