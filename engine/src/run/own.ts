/** Reads a key that came from outside: `constructor` and the like are no entries of a plain object. */
export function own<Value>(record: { readonly [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
