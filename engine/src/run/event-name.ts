/** True where `pattern` (a name, or a prefix followed by `*`) means events called `name`. */
export function matchesEventName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
