/** What every object inherits from: a key too many there is in each of them. */
const INHERITED: readonly (readonly [string, object])[] = [
  ['Object', Object.prototype],
  ['Array', Array.prototype],
  ['Function', Function.prototype],
  ['String', String.prototype],
  ['Number', Number.prototype],
  ['Boolean', Boolean.prototype],
  ['Error', Error.prototype],
  ['Promise', Promise.prototype],
  ['Map', Map.prototype],
  ['Set', Set.prototype],
  ['RegExp', RegExp.prototype],
  ['Date', Date.prototype],
  ['Buffer', Buffer.prototype],
  ['JSON', JSON],
  ['Math', Math],
  ['globalThis', globalThis],
];

/** Names and values of all of them, to be compared with a later look. */
export function lookAtPrototypes(): ReadonlyMap<string, unknown> {
  const seen = new Map<string, unknown>();
  for (const [name, inherited] of INHERITED) {
    // Libraries that load late keep their own things under symbols, which no sender can name.
    for (const key of Object.getOwnPropertyNames(inherited)) {
      const { value, get } = Object.getOwnPropertyDescriptor(inherited, key) ?? {};
      seen.set(`${name}.${key}`, get ?? value);
    }
  }
  return seen;
}

/** What was added, taken away or put in another's place. */
export function comparePrototypes(before: ReadonlyMap<string, unknown>): readonly string[] {
  const now = lookAtPrototypes();
  return [...new Set([...before.keys(), ...now.keys()])].filter(
    (name) => before.has(name) !== now.has(name) || !Object.is(before.get(name), now.get(name)),
  );
}
