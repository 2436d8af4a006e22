import { isList, isObject } from './cel-value.ts';
import { dateFilters } from './liquid-date-filters.ts';
import { countArg, type LiquidFilter } from './liquid-filter.ts';
import { listFilters } from './liquid-list-filters.ts';
import { numberFilters } from './liquid-number-filters.ts';
import { jsonText } from './liquid-text.ts';
import { textFilters } from './liquid-text-filters.ts';

const generalFilters: Readonly<Record<string, LiquidFilter>> = {
  default: (input, args) => {
    const allowFalse = args.slice(1).some((arg) => isList(arg) && arg[0] === 'allow_false' && arg[1] === true);
    if (input === false) return allowFalse ? input : (args[0] ?? null);
    const empty =
      input === null || input === '' || ((isList(input) || isObject(input)) && Object.keys(input).length === 0);
    return empty ? (args[0] ?? null) : input;
  },
  json: (input, args, frame) => jsonText(input, frame, Math.min(Math.max(countArg(args[0], 0), 0), 10)),
  raw: (input) => input,
};

/**
 * Every filter of templates, by name. They are ours rather than the library's: each is linear in what it is given,
 * charges for it, knows no clock, chance or zone of the machine, and never reads an argument as source.
 */
export const liquidFilters: ReadonlyMap<string, LiquidFilter> = new Map(
  Object.entries({ ...generalFilters, ...textFilters, ...listFilters, ...numberFilters, ...dateFilters }),
);
