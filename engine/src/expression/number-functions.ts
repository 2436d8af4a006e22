import { ANY, BOOLEAN_TYPE, type CelFunction, NUMBER, NUMBER_TYPE, TEXT_TYPE } from './cel-function.ts';
import { exactNumber } from './cel-operators.ts';
import { formatDuration } from './cel-time.ts';
import { type CelValue, Duration, describeKind, Timestamp } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';

/** A number as people type it; no hex, no blanks inside, no `Infinity`. At most one exponent. */
const NUMERAL = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$/;
const CONVERTIBLE = { name: 'value', kinds: ['string', 'number', 'boolean', 'timestamp'] } as const;

export const numberFunctions: Readonly<Record<string, CelFunction>> = {
  round: {
    params: [NUMBER, { name: 'digits', kinds: ['number'] }],
    optional: 1,
    returns: NUMBER_TYPE,
    run: ([value, digits = 0]) => round(value as number, digits as number),
  },
  floor: onNumber(Math.floor),
  ceil: onNumber(Math.ceil),
  abs: onNumber(Math.abs),
  number: { params: [CONVERTIBLE], returns: NUMBER_TYPE, run: ([value]) => toNumber('number', value ?? null) },
  double: { params: [CONVERTIBLE], returns: NUMBER_TYPE, run: ([value]) => toNumber('double', value ?? null) },
  int: {
    params: [CONVERTIBLE],
    returns: { type: 'integer' },
    run: ([value]) => exactNumber(Math.trunc(toNumber('int', value ?? null)), undefined) + 0,
  },
  string: { params: [ANY], returns: TEXT_TYPE, run: ([value]) => toText(value ?? null) },
  bool: { params: [ANY], returns: BOOLEAN_TYPE, run: ([value]) => toBoolean(value ?? null) },
};

/** Rounds half away from zero at a decimal place, by the digits as written: `round(1.005, 2)` is 1.01. */
export function round(value: number, digits: number): number {
  if (!Number.isInteger(digits) || digits < -15 || digits > 15) {
    throw new ExpressionError('evaluation_failed', `round() takes -15 to 15 digits, got ${digits}`);
  }
  const scaled = shift(Math.abs(value), digits);
  if (scaled > Number.MAX_SAFE_INTEGER) return value;
  const rounded = shift(Math.round(scaled), -digits);
  return value < 0 && rounded !== 0 ? -rounded : rounded;
}

/** Reads a number from text; undefined where it is none or would lose digits. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 400 || !NUMERAL.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value + 0 : undefined;
}

function shift(value: number, places: number): number {
  const [mantissa, power = '0'] = String(value).split('e');
  return Number(`${mantissa}e${Number(power) + places}`);
}

function onNumber(change: (value: number) => number): CelFunction {
  return {
    params: [NUMBER],
    returns: NUMBER_TYPE,
    run: ([value]) => exactNumber(change(value as number), undefined) + 0,
  };
}

function toNumber(name: string, value: CelValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Timestamp) return value.ms / 1000;
  const number = typeof value === 'string' ? readNumber(value) : undefined;
  if (number !== undefined) return exactNumber(number, undefined);
  throw new ExpressionError(
    'evaluation_failed',
    `${name}(${JSON.stringify(String(value).slice(0, 60))}) is not a number; write it like 12 or 3.5`,
  );
}

function toText(value: CelValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Timestamp) return new Date(value.ms).toISOString();
  if (value instanceof Duration) return formatDuration(value);
  throw new ExpressionError(
    'expression_type',
    `string() takes text, a number, yes or no, a time or a duration, got ${describeKind(value)}`,
  );
}

function toBoolean(value: CelValue): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new ExpressionError(
    'evaluation_failed',
    `bool() takes true, false, 'true' or 'false', got ${describeKind(value)}`,
  );
}
