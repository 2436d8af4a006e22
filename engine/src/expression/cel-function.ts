import type { JsonObject } from '../json.ts';
import type { CelValue, Kind } from './cel-value.ts';
import type { Frame } from './frame.ts';

/**
 * A function of expressions. Each may be called either way: `lower(x)` or `x.lower()`.
 * Arguments have been checked against `params` before `run` is called; the last `optional` of them may be left out.
 */
export type CelFunction = {
  readonly params: readonly Param[];
  readonly optional?: number;
  /** Takes any number of arguments like the last one. */
  readonly rest?: boolean;
  /** JSON Schema of the result; a function where it depends on the arguments. */
  readonly returns: JsonObject | ((args: readonly JsonObject[]) => JsonObject);
  readonly run: (args: readonly CelValue[], frame: Frame) => CelValue;
};

export type Param = { readonly name: string; readonly kinds: readonly Kind[] | 'any' };

export const ANY = { name: 'value', kinds: 'any' } as const satisfies Param;
export const TEXT = { name: 'text', kinds: ['string'] } as const satisfies Param;
export const NUMBER = { name: 'number', kinds: ['number'] } as const satisfies Param;
export const LIST = { name: 'list', kinds: ['array'] } as const satisfies Param;
export const OBJECT = { name: 'object', kinds: ['object'] } as const satisfies Param;

export const ANYTHING: JsonObject = {};
export const TEXT_TYPE: JsonObject = { type: 'string' };
export const NUMBER_TYPE: JsonObject = { type: 'number' };
export const BOOLEAN_TYPE: JsonObject = { type: 'boolean' };
export const TEXT_LIST_TYPE: JsonObject = { type: 'array', items: TEXT_TYPE };
/** Inside expressions only: told from ISO text by the extra key, which a finished type no longer has. */
export const TIMESTAMP_TYPE: JsonObject = { type: 'string', format: 'date-time', cel: 'timestamp' };
export const DURATION_TYPE: JsonObject = { type: 'string', format: 'duration', cel: 'duration' };
