import type { CelFunction } from './cel-function.ts';
import { listFunctions } from './list-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { textFunctions } from './text-functions.ts';
import { timeFunctions } from './time-functions.ts';

/**
 * Every function of expressions. Each may be called as `f(x, y)` or `x.f(y)`. All end, and none reaches outside.
 *
 * | text | |
 * |---|---|
 * | `lower(text)`, `upper(text)`, `trim(text)`, `capitalize(text)` | |
 * | `contains(text, part)`, `startsWith`, `endsWith` | true or false; `contains(list, value)` too |
 * | `matches(text, pattern)` | RE2 pattern found anywhere in the text; time is linear |
 * | `indexOf(text, part)`, `lastIndexOf` | place from 0, or -1 |
 * | `substring(text, from, to?)`, `replace(text, old, new)` | |
 * | `split(text, separator)`, `join(list, separator?)` | |
 *
 * | list and object | |
 * |---|---|
 * | `size(x)` | characters of a text, places of a list, keys of an object |
 * | `list.map(x, e)`, `list.map(x, where, e)`, `list.filter(x, c)` | also over the keys of an object |
 * | `list.all(x, c)`, `list.exists(x, c)`, `list.exists_one(x, c)` | |
 * | `first(list)`, `last(list)`, `slice(list, from, to?)` | null for the first of an empty list |
 * | `reverse`, `sort`, `distinct`, `flatten` (one level) | |
 * | `sum(list)`, `average(list)`, `min(list)`, `max(list)`, `min(a, b, ...)` | |
 * | `keys(object)`, `values(object)` | |
 *
 * | number | |
 * |---|---|
 * | `round(n, digits?)`, `floor(n)`, `ceil(n)`, `abs(n)` | round goes half away from zero |
 * | `number(x)`, `double(x)`, `int(x)` | from text, yes or no, or a time (seconds); `int` cuts the fraction off |
 * | `string(x)`, `bool(x)` | |
 *
 * | time | |
 * |---|---|
 * | `timestamp(x)` | from ISO 8601 text or seconds since 1970; without an offset, in the organization's zone |
 * | `duration(x)` | `PT2H`, `P1M` or `24h`; months and days follow the organization's calendar |
 * | `getFullYear(t, zone?)`, `getMonth` (from 0), `getDate` (from 1), `getDayOfMonth` (from 0) | UTC unless a zone is named |
 * | `getDayOfWeek` (0 is Sunday), `getDayOfYear` (from 0) | |
 * | `getHours`, `getMinutes`, `getSeconds`, `getMilliseconds` | of a duration: its whole length |
 * | `date(t, zone?)` | `2026-11-20` |
 *
 * | missing or null | |
 * |---|---|
 * | `has(a.b)` | true when the field is there, even if null; false when any part of the way is missing |
 * | `a.?b`, `a[?i]` | null instead of an error when it is not there; goes on through the rest of the path |
 * | `x.orValue(y)`, `default(x, y)`, `coalesce(x, y, ...)` | the first that is there and not null, else the last |
 * | `x.hasValue()` | true when x is there and not null |
 * | `cel.bind(name, value, e)` | gives a value a name |
 */
export const functions: ReadonlyMap<string, CelFunction> = new Map(
  Object.entries({ ...textFunctions, ...listFunctions, ...numberFunctions, ...timeFunctions }),
);

/** Forms that decide themselves which of their arguments they evaluate: name to the numbers of arguments they take. */
export const macros: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['has', [1, 1]],
  ['hasValue', [1, 1]],
  ['orValue', [2, 2]],
  ['or', [2, 2]],
  ['default', [2, 2]],
  ['coalesce', [1, 32]],
  ['all', [3, 3]],
  ['exists', [3, 3]],
  ['exists_one', [3, 3]],
  ['filter', [3, 3]],
  ['map', [3, 4]],
]);
