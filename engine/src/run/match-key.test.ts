import { expect, test } from 'vitest';
import type { Names } from '../expression/names.ts';
import type { Json } from '../json.ts';
import { ANY_KEY, MATCH_LIMITS, matchKeyOf, matchKeys } from './match-key.ts';

const fact = (data: Json) => ({ type: 'x', data, time: '2026-03-01T12:00:00Z' });
const names: Names = {
  event: fact({ order: 7 }),
  client: { phone: '+49', tags: ['a'], nobody: null },
  steps: { call: { output: { id: 5 } } },
  vars: {},
  run: { id: 'r', startedAt: '' },
  org: { name: 'o', timezone: 'UTC' },
  now: 0,
};

test.each([
  [{ from: '+49', n: 5, ok: true, none: null }, ['data.from="+49"', 'data.n=5', 'data.ok=true', 'data.none=null']],
  [{ a: { b: { c: 1 } }, z: 2 }, ['data.z=2', 'data.a.b.c=1']],
  [{ a: { b: { c: { d: { e: 1, f: { g: 2 } } } } } }, ['data.a.b.c.d.e=1']],
  [{ list: [1, { n: 2 }], 'not a name': 1, 'a.b': 2 }, []],
  ['text', []],
  [null, []],
])('the keys of %j', (data, keys) => {
  expect(matchKeys(fact(data))).toEqual(keys);
});

test.each([
  ['event.data.from == client.phone', 'data.from="+49"'],
  ['client.phone == event.data.from && event.data.n > 2', 'data.from="+49"'],
  ['event.data.call.id == steps.call.output.id', 'data.call.id=5'],
  ["event.data.status == 'done' || event.data.n == 1", null],
  ['event.data.from == client.missing', null],
  ['event.data.from == client.missing && event.data.n == 3', 'data.n=3'],
  ['event.data.tags == client.tags', null],
  ['event.data.from == event.data.to', null],
  ['event.data.a.b.c.d.e.f == 1', null],
  ['has(event.data.from)', null],
])('what %s demands', (where, key) => {
  expect(matchKeyOf(where, names)).toBe(key);
});

test('an event with too many fields is offered to all', () => {
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]));
  expect(matchKeys(fact(fields(MATCH_LIMITS.keys)))).toHaveLength(MATCH_LIMITS.keys);
  expect(matchKeys(fact(fields(MATCH_LIMITS.keys + 1)))).toEqual([ANY_KEY]);
});

test('long texts are cut alike on both sides', () => {
  const text = 'x'.repeat(1000);
  const key = matchKeyOf('event.data.text == client.text', { ...names, client: { text } });
  expect(matchKeys(fact({ text }))).toEqual([key]);
  expect(key?.length).toBeLessThan(300);
});

test('no key holds a character that a database refuses', () => {
  for (const key of matchKeys(fact({ text: '\u0000\ud800' })))
    expect(key.isWellFormed() && !key.includes('\u0000')).toBe(true);
});
