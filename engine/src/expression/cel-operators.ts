import { addDuration, addDurations, lengthMs } from './cel-time.ts';
import { type CelValue, Duration, describeKind, isList, isObject, Timestamp } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { assertTextLength, type Frame, KEY_STEPS, spend } from './frame.ts';

/** The arithmetic and comparison of CEL over JSON numbers: whole and fractional ones mix, results are exact or errors. */

export type ArithmeticSign = '+' | '-' | '*' | '/' | '%';
export type OrderSign = '<' | '<=' | '>' | '>=';

export function arithmetic(sign: ArithmeticSign, left: CelValue, right: CelValue, at: number, frame: Frame): CelValue {
  if (typeof left === 'number' && typeof right === 'number') return calculate(sign, left, right, at);
  if (sign === '+') {
    const sum = addOthers(left, right, frame);
    if (sum !== undefined) return sum;
  }
  if (sign === '-') {
    const difference = subtractTimes(left, right, frame);
    if (difference !== undefined) return difference;
  }
  throw new ExpressionError(
    'expression_type',
    `${describeKind(left)} ${sign} ${describeKind(right)} ${WRONG[sign]}`,
    at,
  );
}

const WRONG: Readonly<Record<ArithmeticSign, string>> = {
  '+': 'does not add up; use string() or number() to make both sides the same kind, duration() for a length of time',
  '-': 'does not work; both sides must be numbers, or a time and a time or duration',
  '*': 'does not work; both sides must be numbers',
  '/': 'does not work; both sides must be numbers',
  '%': 'does not work; both sides must be numbers',
};

export function negate(value: CelValue, at: number): CelValue {
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  if (value instanceof Duration) return new Duration({ months: -value.months, days: -value.days, ms: -value.ms });
  throw new ExpressionError('expression_type', `-x takes a number or a duration, got ${describeKind(value)}`, at);
}

export function order(sign: OrderSign, left: CelValue, right: CelValue, at: number, frame: Frame): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return inOrder(sign, exactNumber(left, at) - exactNumber(right, at));
  }
  if (typeof left === 'string' && typeof right === 'string') {
    spend(frame, Math.min(left.length, right.length) >> 3);
    return inOrder(sign, left < right ? -1 : left > right ? 1 : 0);
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return inOrder(sign, Number(left) - Number(right));
  if (left instanceof Timestamp && right instanceof Timestamp) return inOrder(sign, left.ms - right.ms);
  if (left instanceof Duration && right instanceof Duration) return inOrder(sign, lengthMs(left) - lengthMs(right));
  const hint =
    left instanceof Timestamp || right instanceof Timestamp
      ? '; turn the other side into a time with timestamp(...)'
      : '; both sides must be numbers, texts, times or durations';
  throw new ExpressionError(
    'expression_type',
    `${describeKind(left)} ${sign} ${describeKind(right)} cannot be compared${hint}`,
    at,
  );
}

/** Deep equality. Values of different kinds are unequal, never an error. */
export function equals(left: CelValue, right: CelValue, frame: Frame): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return left === right && exactNumber(left, undefined) === right;
  }
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (isList(left)) return isList(right) && listsEqual(left, right, frame);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.ms === right.ms;
  if (left instanceof Duration) {
    return (
      right instanceof Duration &&
      left.months === right.months &&
      left.days === right.days &&
      Math.abs(left.ms - right.ms) < 1e-6
    );
  }
  return isObject(left) && isObject(right) && objectsEqual(left, right, frame);
}

export function isIn(needle: CelValue, haystack: CelValue, at: number, frame: Frame): boolean {
  if (isList(haystack)) {
    for (const item of haystack) {
      spend(frame, 1);
      if (equals(needle, item, frame)) return true;
    }
    return false;
  }
  if (isObject(haystack)) return typeof needle === 'string' && Object.hasOwn(haystack, needle);
  const hint = typeof haystack === 'string' ? "; for text use text.contains('...')" : '';
  throw new ExpressionError(
    'expression_type',
    `x in y takes a list or an object on the right, got ${describeKind(haystack)}${hint}`,
    at,
  );
}

/** Numbers past 2^53 may have been rounded before they came here, so nothing is concluded from them. */
export function exactNumber(value: number, at: number | undefined): number {
  if (value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) return value;
  throw new ExpressionError(
    'evaluation_failed',
    `${value} is past the numbers that are exact (9007199254740991); send long numbers such as ids as text`,
    at,
  );
}

function calculate(sign: ArithmeticSign, left: number, right: number, at: number): number {
  exactNumber(left, at);
  exactNumber(right, at);
  if (right === 0 && (sign === '/' || sign === '%')) {
    throw new ExpressionError('evaluation_failed', `${left} ${sign} 0: division by zero`, at);
  }
  // Adding 0 turns -0 into 0, which is what JSON carries.
  return exactNumber(apply(sign, left, right), at) + 0;
}

function apply(sign: ArithmeticSign, left: number, right: number): number {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

function inOrder(sign: OrderSign, difference: number): boolean {
  switch (sign) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}

function addOthers(left: CelValue, right: CelValue, frame: Frame): CelValue | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    assertTextLength(left.length + right.length);
    spend(frame, (left.length + right.length) >> 3);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    spend(frame, left.length + right.length);
    return [...left, ...right];
  }
  const { timezone } = frame.names.org;
  if (left instanceof Timestamp && right instanceof Duration) return addDuration(left, right, 1, timezone);
  if (left instanceof Duration && right instanceof Timestamp) return addDuration(right, left, 1, timezone);
  if (left instanceof Duration && right instanceof Duration) return addDurations(left, right, 1);
  return undefined;
}

function subtractTimes(left: CelValue, right: CelValue, frame: Frame): CelValue | undefined {
  if (left instanceof Timestamp && right instanceof Timestamp) return new Duration({ ms: left.ms - right.ms });
  if (left instanceof Timestamp && right instanceof Duration) {
    return addDuration(left, right, -1, frame.names.org.timezone);
  }
  if (left instanceof Duration && right instanceof Duration) return addDurations(left, right, -1);
  return undefined;
}

function listsEqual(left: readonly CelValue[], right: readonly CelValue[], frame: Frame): boolean {
  if (left.length !== right.length) return false;
  for (const [index, item] of left.entries()) {
    spend(frame, 1);
    if (!equals(item, right[index] ?? null, frame)) return false;
  }
  return true;
}

function objectsEqual(
  left: { readonly [key: string]: CelValue },
  right: { readonly [key: string]: CelValue },
  frame: Frame,
): boolean {
  const keys = Object.keys(left);
  spend(frame, 2 * KEY_STEPS * keys.length);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(right, key) || !equals(left[key] ?? null, right[key] ?? null, frame)) return false;
  }
  return true;
}
