/**
 * Reads JSON from outside. Stricter than JSON.parse, so that nothing accepted is rounded, dropped, or unfit to be
 * stored: depth and item limits before anything is built; no key twice in one object; no `__proto__` and no
 * `constructor.prototype`; no NUL and no half surrogate pairs; no number past what a double holds exactly.
 *
 * The fast path only tells good from bad; find-json-fault.ts then reads the text again and says what is wrong, where.
 */
import { isUtf8 } from 'node:buffer';
import type { Json } from '@mainspring/engine/json.ts';
import { AppError, type ErrorProblem } from '../errors/app-error.ts';
import { findJsonFault, type JsonFault } from './find-json-fault.ts';
import { isInexactNumber, isUnsafeMember } from './json-hazards.ts';
import { DEFAULT_JSON_LIMITS, type JsonLimits } from './json-limits.ts';
import { unsafeTextReason } from './unsafe-text.ts';

const BYTE_ORDER_MARK = '\ufeff';

type Options = JsonLimits & {
  /** What becomes of numbers that a double cannot hold: an error, or their digits as text. Default `refuse`. */
  readonly inexactNumbers?: 'refuse' | 'text';
};

/** The JSON value of a request body. Throws an AppError of status 400 whose problem names the place. */
export function parseJsonBody(body: Buffer, options: Options = DEFAULT_JSON_LIMITS): Json {
  if (!isUtf8(body)) {
    throw refusal({ code: 'bad_encoding', path: '', message: 'The body is not valid UTF-8; send JSON in UTF-8.' });
  }
  return parseJson(body.toString('utf8'), options);
}

/** The JSON value of a text; like parseJsonBody. */
export function parseJson(text: string, options: Options = DEFAULT_JSON_LIMITS): Json {
  const source = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const read = readStrictly(source, options);
  if (read !== undefined) return read.value;
  const fault = findJsonFault(source, options, options.inexactNumbers === 'text');
  // A disagreement of the two readers is a bug of ours, and still no reason to accept the text.
  throw refusal(fault ?? { code: 'malformed_json', path: '', message: 'The JSON could not be read.' });
}

function refusal(fault: JsonFault): AppError {
  const problem: ErrorProblem = { path: fault.path, message: fault.message, code: fault.code };
  return new AppError(fault.code, 400, fault.message, { problems: [problem] });
}

/** The value, or undefined where anything at all is wrong. */
function readStrictly(text: string, options: Options): { value: Json } | undefined {
  const scan = scanJson(text, options);
  const keepDigits = options.inexactNumbers === 'text';
  if (!scan || (scan.inexactNumber && !keepDigits)) return undefined;
  try {
    const value: Json = scan.inexactNumber ? parseKeepingDigits(text) : JSON.parse(text);
    const escaped = text.includes('\\u');
    const checks = {
      text: escaped || !text.isWellFormed(),
      keys: escaped || text.includes('__proto__') || text.includes('constructor'),
    };
    // A key that stands twice leaves fewer members than the text has colons.
    return countSafeMembers(value, checks) === scan.members ? { value } : undefined;
  } catch {
    return undefined;
  }
}

/** Members of all objects in the value; NaN where a text or a key may not stand. Depth is bounded by the scan. */
function countSafeMembers(value: Json, checks: { text: boolean; keys: boolean }): number {
  if (typeof value === 'string') return checks.text && unsafeTextReason(value) ? Number.NaN : 0;
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let count = 0;
    for (const item of value) count += countSafeMembers(item, checks);
    return count;
  }
  let count = 0;
  for (const [key, member] of Object.entries(value)) {
    if (checks.keys && isUnsafeMember(key, member)) return Number.NaN;
    if (checks.text && unsafeTextReason(key)) return Number.NaN;
    count += 1 + countSafeMembers(member, checks);
  }
  return count;
}

function parseKeepingDigits(text: string): Json {
  type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
  const keep: Reviver = (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && isInexactNumber(source) ? source : value;
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const PLUS = 0x2b;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Shorter numbers without an exponent are always exact enough. */
const EXACT_DIGITS = 15;

/**
 * One pass over the text without building anything: undefined where it goes past a limit. Malformed text passes; it
 * is JSON.parse that refuses it.
 */
function scanJson(text: string, limits: JsonLimits): { members: number; inexactNumber: boolean } | undefined {
  let depth = 0;
  let items = 0;
  let members = 0;
  let inexactNumber = false;
  let opened = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char <= SPACE) continue;
    // The first item of a container has no comma before it.
    if (opened && char !== CLOSE_BRACKET && char !== CLOSE_BRACE) items += 1;
    opened = false;
    if (char === QUOTE) {
      at = endOfString(text, at);
    } else if (char === COMMA) {
      items += 1;
    } else if (char === COLON) {
      members += 1;
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      opened = true;
      depth += 1;
      if (depth > limits.maxDepth) return undefined;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      depth -= 1;
    } else if (char === MINUS || (char >= ZERO && char <= NINE)) {
      const end = endOfNumber(text, at);
      const number = text.slice(at, end);
      if ((number.length > EXACT_DIGITS || /e/i.test(number)) && isInexactNumber(number)) inexactNumber = true;
      at = end - 1;
    }
    if (items > limits.maxItems) return undefined;
  }
  return { members, inexactNumber };
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const char = text.charCodeAt(end);
    const isDigit = char >= ZERO && char <= NINE;
    if (!isDigit && char !== DOT && char !== MINUS && char !== PLUS && (char | 0x20) !== 0x65) break;
  }
  return end;
}
