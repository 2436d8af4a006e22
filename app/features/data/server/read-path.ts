import { isJsonObject, type Json } from '@mainspring/engine/json.ts';

/**
 * What stands at a dotted path inside a value: `address.city`, `tags.0`; the value itself for an empty path.
 * Undefined where nothing does. Only what the data itself holds is found, never what objects have by nature.
 */
export function readPath(value: Json, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const name of path === '' ? [] : path.split('.')) {
    if (Array.isArray(found)) found = /^\d+$/.test(name) ? found[Number(name)] : undefined;
    else if (isJsonObject(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return found;
}
