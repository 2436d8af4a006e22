import { describe, expect, it } from 'vitest';
import { readPath } from './read-path.ts';

describe('readPath', () => {
  const value = { name: 'Jane', tags: ['a', 'b'], address: { city: 'Bern', lines: [{ no: 7 }] }, none: null };

  it.each([
    ['', value],
    ['name', 'Jane'],
    ['address.city', 'Bern'],
    ['tags.1', 'b'],
    ['address.lines.0.no', 7],
    ['none', null],
    ['missing', undefined],
    ['name.length', undefined],
    ['none.x', undefined],
    ['tags.length', undefined],
    ['tags.-1', undefined],
    ['tags.9', undefined],
    ['constructor', undefined],
    ['__proto__.toString', undefined],
    ['address.', undefined],
  ])('finds %j', (path, expected) => expect(readPath(value, path)).toEqual(expected));
});
