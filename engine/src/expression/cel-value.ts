import type { Json } from '../json.ts';

/** What an expression works on: JSON, and the two kinds of time, which become ISO 8601 text in a result. */
export type CelValue = Json | Timestamp | Duration | readonly CelValue[] | { readonly [key: string]: CelValue };
export type CelObject = { readonly [key: string]: CelValue };

export type Kind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'timestamp' | 'duration';

/** A moment. A class, so that it is told from an object of the data; its field is private, so that no path reads it. */
export class Timestamp {
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  /** Milliseconds since the epoch. */
  get ms(): number {
    return this.#ms;
  }
}

/**
 * A length of time. Months and days follow the calendar of a time zone when added to a moment; `ms` is exact.
 * A class for the same reason as `Timestamp`.
 */
export class Duration {
  readonly #months: number;
  readonly #days: number;
  readonly #ms: number;
  constructor(parts: { readonly months?: number; readonly days?: number; readonly ms?: number }) {
    this.#months = parts.months ?? 0;
    this.#days = parts.days ?? 0;
    this.#ms = parts.ms ?? 0;
  }
  get months(): number {
    return this.#months;
  }
  get days(): number {
    return this.#days;
  }
  get ms(): number {
    return this.#ms;
  }
}

export function kindOf(value: CelValue): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      if (value === null || value === undefined) return 'null';
      if (Array.isArray(value)) return 'array';
      if (value instanceof Timestamp) return 'timestamp';
      if (value instanceof Duration) return 'duration';
      return 'object';
  }
}

/** The kinds in the words that messages use. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  null: 'nothing (null)',
  boolean: 'yes or no',
  number: 'a number',
  string: 'text',
  array: 'a list',
  object: 'an object',
  timestamp: 'a point in time',
  duration: 'a duration',
};

export function describeKind(value: CelValue): string {
  return KIND_NAMES[kindOf(value)];
}

export function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}

export function isObject(value: CelValue): value is CelObject {
  return kindOf(value) === 'object';
}

/** Sets a key as plain data, whatever its name: an assignment to `__proto__` would change the prototype instead. */
export function setOwn<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}
