import { expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { exampleNames } from './example-names.ts';
import { isExpression, resolveValue } from './resolve-value.ts';

const names = exampleNames();

it.each<[Json, Json]>([
  ['Hi {{ client.first_name }}', 'Hi Ann'],
  [{ $: 'event.data.amount + 1' }, 43],
  [
    { to: { $: 'client.phone' }, body: 'A {{ vars.count }}', deep: [1, null, true, { x: { $: '[now]' } }] },
    { to: '+491', body: 'A 3', deep: [1, null, true, { x: ['2026-11-20T10:00:00.000Z'] }] },
  ],
  [
    { $: '1', more: 2 },
    { $: '1', more: 2 },
  ],
  [{ $: 5 }, { $: 5 }],
  ['{{ event.data.template }}', '{{ client.phone }}'],
  [{ $: 'event.data.expression' }, { $: '1 + 1' }],
  [{ $: 'event.data.template' }, '{{ client.phone }}'],
  [{ '{{ x }}': 'key' }, { '{{ x }}': 'key' }],
])('%j resolves to %j', (value, expected) => {
  expect(resolveValue(value, names)).toEqual(expected);
});

it('keeps a key named __proto__ plain data', () => {
  const resolved = resolveValue(JSON.parse('{"__proto__": {"polluted": true}}') as Json, names);
  expect(JSON.stringify(resolved)).toBe('{"__proto__":{"polluted":true}}');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

it('refuses a value that nests too deep', () => {
  const deep = JSON.parse('['.repeat(300) + ']'.repeat(300)) as Json;
  expect(() => resolveValue(deep, names)).toThrow('nests deeper than 200 levels');
});

it('tells expressions from other objects', () => {
  expect(
    [{ $: 'x' }, { $: 1 }, { $: 'x', y: 1 }, 'x', null, ['$']].map((value) => isExpression(value as Json)),
  ).toEqual([true, false, false, false, false, false]);
});
