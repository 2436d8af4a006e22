import type { Schema } from './describe-routes.ts';

/** A workflow that can be published; every kind of trigger has a place in which a value may stand. */
export const SAMPLE_DEFINITION = {
  format: 'mainspring/workflow@1',
  name: 'Sample',
  description: 'What a body holds where it asks for a definition',
  triggers: [
    { id: 'start', type: 'manual' },
    { id: 'happened', type: 'event', event: 'thing.happened', where: "event.data.kind == 'sample'" },
    { id: 'hook', type: 'webhook', verify: 'hmac' },
  ],
  nodes: [{ id: 'done', type: 'flow.stop', input: { output: { $: 'event.data' } } }],
  edges: [
    { from: 'start', to: 'done' },
    { from: 'happened', to: 'done' },
    { from: 'hook', to: 'done' },
  ],
};

/** A value that the schema takes, with everything in it that may be left out. `key` is the name it stands under. */
export function sampleValue(schema: Schema, key = ''): unknown {
  if (key === 'definition') return SAMPLE_DEFINITION;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return sampleValue(first, key);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, sampleValue(inner, name)]),
      );
    case 'array':
      return schema.items ? [sampleValue(schema.items)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'string':
      return sampleText(schema, key);
    default:
      return { a: 'text', n: 1, list: [true, null] };
  }
}

function sampleText({ format, pattern }: Schema, key: string): string {
  if (format === 'date-time') return '2026-11-21T10:00:00Z';
  if (pattern?.startsWith('^P')) return 'PT1S';
  if (key === 'type') return 'thing.happened';
  return 'a-sample-of-text-16';
}

/** Every text inside a value, as the path to it. */
export function pathsToTexts(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsToTexts(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The value with `text` at the path; a list gets it beside what it has. */
export function withText(value: unknown, [key, ...rest]: readonly (string | number)[], text: string): unknown {
  if (key === undefined) return text;
  if (Array.isArray(value)) {
    const list = value.map((inner, index) => (index === key ? withText(inner, rest, text) : inner));
    return rest.length === 0 ? [...value, ...list] : list;
  }
  return { ...(value as object), [key]: withText((value as Record<string, unknown>)[key], rest, text) };
}
