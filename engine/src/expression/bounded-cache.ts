/**
 * Remembers what was made of a key, for at most `2 * limit` keys. Two generations stand in for a list of last use:
 * a hit costs one look-up, and what was not asked for while `limit` others came is dropped.
 */
export function boundedCache<Value>(limit: number, make: (key: string) => Value): (key: string) => Value {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  return (key) => {
    const hit = young.get(key);
    if (hit !== undefined) return hit;
    const value = old.get(key) ?? make(key);
    if (young.size >= limit) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
    return value;
  };
}
