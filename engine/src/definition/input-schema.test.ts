import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../json.ts';
import { checkInput } from './input-schema.ts';
import { jsonPointer } from './json-pointer.ts';

const schema = {
  type: 'object',
  properties: {
    to: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: 2 }] },
    count: { type: 'integer', minimum: 1, maximum: 5 },
    share: { type: 'number', exclusiveMinimum: 0 },
    level: { type: 'string', enum: ['info', 'warn'] },
    on: { type: 'boolean' },
    headers: { type: 'object', propertyNames: { pattern: '^[a-z-]+$' }, additionalProperties: { type: 'string' } },
    code: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[A-Z]+$' },
    rows: { type: 'array', minItems: 1, items: { $ref: '#/$defs/row' } },
    auth: {
      oneOf: [
        {
          type: 'object',
          properties: { type: { const: 'basic' }, user: { type: 'string' } },
          required: ['type', 'user'],
          additionalProperties: false,
        },
        {
          type: 'object',
          properties: { type: { const: 'bearer' }, token: { type: 'string' } },
          required: ['type', 'token'],
          additionalProperties: false,
        },
      ],
    },
    anything: {},
    nothing: { type: 'null' },
  },
  required: ['to'],
  additionalProperties: false,
  $defs: {
    row: { type: 'object', properties: { id: { type: 'string' }, more: { $ref: '#/$defs/row' } }, required: ['id'] },
  },
} satisfies JsonObject;

const to = 'me@example.com';

function check(input: Json, types: { readonly [path: string]: JsonObject } = {}) {
  return checkInput(input, schema, new Map(Object.entries(types))).map(
    ({ code, path, what, hint }) => `${code} ${jsonPointer(path)} ${what}.${hint ?? ''}`,
  );
}

describe('what fits', () => {
  test.each<[JsonObject]>([
    [{ to }],
    [{ to: [to, to] }],
    [{ to, count: 5, share: 0.1, level: 'warn', on: false, nothing: null, anything: { deep: [1] } }],
    [{ to, headers: { 'x-key': 'v' }, code: 'ABC' }],
    [{ to, rows: [{ id: 'a', more: { id: 'b' } }] }],
    [{ to, auth: { type: 'bearer', token: 't' } }],
    [{ to: '{{ client.email }}', level: '{{ vars.level }}', code: '{{ x }}' }],
    [{ to: { $: 'x' }, count: { $: 'x' }, rows: { $: 'x' }, auth: { $: 'x' } }],
  ])('%j', (input) => {
    expect(check(input)).toEqual([]);
  });
});

describe('what does not fit', () => {
  test.each<[JsonObject, string]>([
    [{}, 'missing_input /to is missing; it must be text or a list.'],
    [{ to, cuont: 1 }, "unknown_key /cuont is not a known key. Did you mean 'count'?"],
    [{ to: 5 }, 'invalid_input /to must be text or a list, not 5.'],
    [{ to: [to, 5] }, 'invalid_input /to/1 must be text, not 5.'],
    [{ to: [to, to, to] }, 'invalid_input /to must have at most 2 entries.'],
    [{ to, count: 0 }, 'invalid_input /count must be at least 1, not 0.'],
    [{ to, count: 6 }, 'invalid_input /count must be at most 5, not 6.'],
    [{ to, count: 1.5 }, 'invalid_input /count must be a whole number, not 1.5.'],
    [{ to, count: '3' }, "invalid_input /count must be a whole number, not '3'."],
    [
      { to, count: '{{ 3 }}' },
      'invalid_input /count must be a whole number, but a template always yields text. Write { "$": "…" } with an expression.',
    ],
    [{ to, share: 0 }, 'invalid_input /share must be more than 0, not 0.'],
    [{ to, level: 'wran' }, "invalid_input /level must be one of info, warn, not 'wran'. Did you mean 'warn'?"],
    [{ to, on: 'yes' }, "invalid_input /on must be true or false, not 'yes'."],
    [
      { to, headers: { 'X Key': 'v' } },
      "invalid_input /headers/X Key is a key that must match ^[a-z-]+$, not 'X Key'.",
    ],
    [{ to, headers: { key: 1 } }, 'invalid_input /headers/key must be text, not 1.'],
    [{ to, code: 'A' }, 'invalid_input /code must be at least 2 characters long.'],
    [{ to, code: 'abc' }, "invalid_input /code must match ^[A-Z]+$, not 'abc'."],
    [{ to, rows: [] }, 'invalid_input /rows must have at least 1 entries.'],
    [{ to, rows: [{ id: 'a', more: {} }] }, 'missing_input /rows/0/more/id is missing; it must be text.'],
    [{ to, auth: { type: 'bearer' } }, 'missing_input /auth/token is missing; it must be text.'],
    [{ to, auth: 'x' }, "invalid_input /auth must be an object, not 'x'."],
    [{ to, nothing: 0 }, 'invalid_input /nothing must be null, not 0.'],
  ])('%j', (input, problem) => {
    expect(check(input)).toEqual([problem]);
  });
});

describe('expressions', () => {
  test.each<[JsonObject, { readonly [path: string]: JsonObject }, string[]]>([
    [{ to: { $: 'x' } }, { '/to': { type: 'string' } }, []],
    [{ to: { $: 'x' } }, { '/to': { type: ['string', 'null'] } }, []],
    [{ to: { $: 'x' } }, { '/to': {} }, []],
    [{ to, count: { $: 'x' } }, { '/count': { type: 'number' } }, []],
    [
      { to: { $: 'x' } },
      { '/to': { type: 'number' } },
      ['invalid_input /to must be text or a list, but its expression yields a number.'],
    ],
    [
      { to: [{ $: 'x' }] },
      { '/to/0': { type: 'boolean' } },
      ['invalid_input /to/0 must be text, but its expression yields true or false.'],
    ],
    [
      { to, rows: { $: 'x' } },
      { '/rows': { type: 'array', items: { type: 'number' } } },
      ['invalid_input /rows must be a list, but its expression yields a list of a number.'],
    ],
    [{ to, rows: { $: 'x' } }, { '/rows': { type: 'array' } }, []],
  ])('%j of types %j', (input, types, problems) => {
    expect(check(input, types)).toEqual(problems);
  });
});

test('a schema that refers to itself for ever is not followed', () => {
  const ring = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } };
  expect(checkInput({ x: 1 }, ring, new Map())).toEqual([]);
  const nested = { anyOf: [{ $ref: '#' }, { type: 'string' }] };
  expect(() => checkInput(5, nested, new Map())).not.toThrow();
});
