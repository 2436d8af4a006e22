/**
 * Says what is wrong with JSON that parse-json.ts refused: the first fault, its place, and what would be right.
 * A plain recursive reader; it runs only for texts that are refused, and its depth is bounded by the limit.
 */
import { isInexactNumber } from './json-hazards.ts';
import type { JsonLimits } from './json-limits.ts';
import { unsafeTextReason } from './unsafe-text.ts';

export type JsonFault = {
  readonly code:
    | 'malformed_json'
    | 'bad_encoding'
    | 'json_too_deep'
    | 'json_too_many_items'
    | 'json_duplicate_key'
    | 'json_unsafe_key'
    | 'json_inexact_number'
    | 'unsafe_text';
  /** JSON pointer to the value. */
  readonly path: string;
  readonly message: string;
};

type Path = readonly (string | number)[];
type Reader = {
  readonly text: string;
  readonly limits: JsonLimits;
  readonly allowInexact: boolean;
  at: number;
  items: number;
};

class Fault extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super(fault.message);
    this.fault = fault;
  }
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const ESCAPE = /\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const FIRST_PRINTABLE = 0x20;
const WORDS = ['true', 'false', 'null'];
const EXCERPT_CHARS = 20;

export function findJsonFault(text: string, limits: JsonLimits, allowInexact = false): JsonFault | undefined {
  const reader: Reader = { text, limits, allowInexact, at: 0, items: 0 };
  try {
    readValue(reader, []);
    skipSpace(reader);
    if (reader.at < text.length) throw malformed(reader, [], 'the end of the text');
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.fault;
    throw error;
  }
}

function readValue(reader: Reader, path: Path): void {
  skipSpace(reader);
  const char = reader.text[reader.at];
  if (char === '{') readMembers(reader, path);
  else if (char === '[') readElements(reader, path);
  else if (char === '"') checkText(readString(reader, path), path);
  else if (!readNumber(reader, path) && !readWord(reader)) throw malformed(reader, path, 'a value');
}

function readMembers(reader: Reader, path: Path): void {
  enter(reader, path);
  const keys = new Set<string>();
  if (skipIf(reader, '}')) return;
  do {
    skipSpace(reader);
    const key = readString(reader, path, 'a key in double quotes');
    countItem(reader);
    checkKey(key, keys, path);
    keys.add(key);
    if (!skipIf(reader, ':')) throw malformed(reader, path, '":" after the key');
    readValue(reader, [...path, key]);
  } while (skipIf(reader, ','));
  if (!skipIf(reader, '}')) throw malformed(reader, path, '"," or "}"');
}

function readElements(reader: Reader, path: Path): void {
  enter(reader, path);
  if (skipIf(reader, ']')) return;
  let index = 0;
  do {
    countItem(reader);
    readValue(reader, [...path, index]);
    index += 1;
  } while (skipIf(reader, ','));
  if (!skipIf(reader, ']')) throw malformed(reader, path, '"," or "]"');
}

function readString(reader: Reader, path: Path, expected = 'a text in double quotes'): string {
  if (reader.text[reader.at] !== '"') throw malformed(reader, path, expected);
  const start = reader.at;
  reader.at += 1;
  // Char by char: one regular expression over a long text would overflow its stack.
  while (reader.text[reader.at] !== '"') {
    if (reader.text[reader.at] === '\\') {
      if (match(reader, ESCAPE) === undefined) throw malformed(reader, path, 'an escape such as \\n or \\u00e9');
    } else if (reader.text.charCodeAt(reader.at) >= FIRST_PRINTABLE) {
      reader.at += 1;
    } else {
      throw malformed(reader, path, 'the closing double quote (control characters must be escaped)');
    }
  }
  reader.at += 1;
  return JSON.parse(reader.text.slice(start, reader.at));
}

function readNumber(reader: Reader, path: Path): boolean {
  const digits = match(reader, NUMBER);
  if (digits === undefined) return false;
  if (isInexactNumber(digits) && !reader.allowInexact) {
    throw fault(
      'json_inexact_number',
      path,
      `the number ${excerpt(digits)} is too large to be kept exactly`,
      'send it as text',
    );
  }
  return true;
}

function readWord(reader: Reader): boolean {
  const word = WORDS.find((candidate) => reader.text.startsWith(candidate, reader.at));
  reader.at += word?.length ?? 0;
  return word !== undefined;
}

function enter(reader: Reader, path: Path): void {
  reader.at += 1;
  if (path.length < reader.limits.maxDepth) return;
  throw fault(
    'json_too_deep',
    [],
    `the JSON is nested deeper than ${reader.limits.maxDepth} levels`,
    'make it flatter',
  );
}

function countItem(reader: Reader): void {
  reader.items += 1;
  const limit = reader.limits.maxItems;
  if (reader.items <= limit) return;
  throw fault('json_too_many_items', [], `the JSON has more than ${limit} members and elements`, 'send less at once');
}

function checkKey(key: string, keys: ReadonlySet<string>, path: Path): void {
  const at = [...path, key];
  if (keys.has(key)) {
    throw fault(
      'json_duplicate_key',
      at,
      `the key ${excerpt(JSON.stringify(key))} stands twice in one object`,
      'name each key once',
    );
  }
  if (key === '__proto__' || (key === 'prototype' && path.at(-1) === 'constructor')) {
    throw fault('json_unsafe_key', at, `the key "${key}" is not allowed here`, 'name it otherwise');
  }
  const reason = unsafeTextReason(key);
  if (reason) throw fault('unsafe_text', path, `a key ${reason}`, 'remove the character');
}

function checkText(text: string, path: Path): void {
  const reason = unsafeTextReason(text);
  if (reason) throw fault('unsafe_text', path, `the text ${reason}`, 'remove the character');
}

function skipSpace(reader: Reader): void {
  match(reader, SPACE);
}

function skipIf(reader: Reader, char: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== char) return false;
  reader.at += 1;
  return true;
}

/** The text that the sticky pattern finds here, which is thereby read. */
function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function malformed(reader: Reader, path: Path, expected: string): Fault {
  const before = reader.text.slice(0, reader.at);
  const line = before.split('\n').length;
  const column = reader.at - before.lastIndexOf('\n');
  const found = reader.at < reader.text.length ? excerpt(JSON.stringify(reader.text[reader.at])) : 'the end';
  const place = `line ${line}, column ${column} (position ${reader.at})`;
  return fault('malformed_json', path, `the JSON is malformed at ${place}: found ${found}`, `expected ${expected}`);
}

function fault(code: JsonFault['code'], path: Path, what: string, right: string): Fault {
  const pointer = path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const where = pointer === '' || code === 'malformed_json' ? '' : ` (at ${excerpt(pointer, 200)})`;
  const message = `${what.charAt(0).toUpperCase()}${what.slice(1)}${where}; ${right}.`;
  return new Fault({ code, path: printable(excerpt(pointer, 1000)), message: printable(message) });
}

function excerpt(text: string, chars = EXCERPT_CHARS): string {
  return text.length > chars ? `${text.slice(0, chars)}…` : text;
}

/** The text is quoted from outside and goes back out: nothing unsafe may ride along. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
