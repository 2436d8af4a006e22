/** Every way in which a wait may have named this event: itself, or any of its prefixes followed by *. */
export function eventNames(type: string): readonly string[] {
  return [type, ...Array.from({ length: type.length + 1 }, (_, length) => `${type.slice(0, length)}*`)];
}
