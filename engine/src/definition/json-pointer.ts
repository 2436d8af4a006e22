import { printable } from './sound-text.ts';

/** A place in a JSON document: the keys and list positions that lead to it. */
export type JsonPath = readonly PropertyKey[];

const LONGEST_PART_CHARS = 500;

/** RFC 6901: `/nodes/3/input/to`; the document itself is the empty text. Broken and endless keys are made printable. */
export function jsonPointer(path: JsonPath): string {
  return path
    .map((part) => `/${printable(String(part), LONGEST_PART_CHARS).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** What stands at `path`, or undefined where nothing does. Own properties only. */
export function valueAt(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as { readonly [key: PropertyKey]: unknown })[part];
  }
  return value;
}
