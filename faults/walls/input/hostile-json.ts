/** JSON that is nearly what a route takes: a valid value with something hostile in one or more places. */
import fc from 'fast-check';

/** Each stands in the place of a value, as JSON text: most of it no JavaScript value could be turned into. */
const HOSTILE_VALUES: readonly string[] = [
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u202e\\u2066"',
  '"{{ constructor }}{% include \'x\' %}"',
  '"__proto__"',
  '"constructor.constructor(\'return process\')()"',
  '{"$":"constructor"}',
  '{"$":1}',
  '{"$":"event.data","more":1}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":null,"valueOf":1,"hasOwnProperty":[],"then":"x"}',
  '{"length":-1}',
  '9007199254740993',
  '-1',
  '1e999',
  '-0',
  '1e-400',
  '0.1234567890123456789012345678901234567890',
  '123456789012345678901234567890',
  '2147483648',
  '"2026-02-30T25:61:61Z"',
  '"9999-12-31T23:59:59Z"',
  '"-271821-04-20T00:00:00Z"',
  '"P99999999999Y"',
  '"PT0S"',
  '"01a1fbcd-379c-772e-bc1f-2225f813f602"',
  '"../../../etc/passwd"',
  '"\'; drop table runs; --"',
  '"\\r\\nX-Injected: 1"',
  '"=cmd|\' /C calc\'!A0"',
  'NaN',
  'undefined',
  '{"a":1,"a":2}',
  '{',
  '"',
  '\\',
  '/*',
];

const large = fc.constantFrom(
  () => `"${'x'.repeat(300_000)}"`,
  () => `"${'x'.repeat(1_100_000)}"`,
  () => `"${'\\u00e9'.repeat(20_000)}"`,
  () => '['.repeat(5_000),
  () => `${'['.repeat(63)}${']'.repeat(63)}`,
  () => `[${'0,'.repeat(99_000)}0]`,
  () => `{${Array.from({ length: 5_000 }, (_, n) => `"k${n}":0`).join()}}`,
  () => `"${'('.repeat(1000)}a+${')+'.repeat(1000)}"`,
);

const hostileValue = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...HOSTILE_VALUES) },
  { weight: 3, arbitrary: fc.json({ maxDepth: 3, stringUnit: 'binary' }) },
  { weight: 1, arbitrary: large.map((make) => make()) },
);

const HOSTILE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'then',
  '$',
  '',
  'a\\u0000b',
  '\\ud800',
  'x'.repeat(2_000),
];

type Change = {
  readonly at: number;
  readonly text: string;
  readonly key: string;
  readonly how: 'value' | 'key' | 'twice' | 'more';
};

const change = fc.record<Change>({
  at: fc.nat(),
  text: hostileValue,
  key: fc.constantFrom(...HOSTILE_KEYS),
  how: fc.constantFrom('value', 'value', 'value', 'value', 'key', 'twice', 'more'),
});

/** The text of the value, changed in at most three places. */
export function nearly(value: unknown): fc.Arbitrary<string> {
  const changes = fc.oneof(
    { weight: 2, arbitrary: fc.constant<Change[]>([]) },
    { weight: 5, arbitrary: change.map((each) => [each]) },
    { weight: 2, arbitrary: fc.array(change, { maxLength: 4 }) },
  );
  return changes.map((chosen) => {
    const places = countPlaces(value);
    const byPlace = new Map(chosen.map((each) => [each.at % places, each]));
    return write(value, byPlace, { next: 0 });
  });
}

function countPlaces(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Object.values(value).reduce<number>((sum, inner) => sum + countPlaces(inner), 0);
}

function write(value: unknown, changes: ReadonlyMap<number, Change>, place: { next: number }): string {
  const here = changes.get(place.next);
  place.next += 1;
  if (here?.how === 'value') {
    // What is left out still counts, so that the other changes stay in their places.
    place.next += countPlaces(value) - 1;
    return here.text;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = Object.entries(value).map(([key, each]) => [key, write(each, changes, place)] as const);
  if (Array.isArray(value)) return `[${inner.map(([, text]) => text).join()}${here ? `,${here.text}` : ''}]`;
  const members = inner.map(([key, text], index) => `"${here?.how === 'key' && index === 0 ? here.key : key}":${text}`);
  if (here?.how === 'twice' && members[0]) members.push(members[0]);
  if (here?.how === 'more') members.push(`"${here.key}":${here.text}`);
  return `{${members.join()}}`;
}
