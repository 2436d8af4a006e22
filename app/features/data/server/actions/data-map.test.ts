import { describe, expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { dataMap } from './data-map.ts';

describe('data.map', () => {
  it.each([[{ a: [1, { b: null }] }], ['text'], [0], [null], [[]]])('gives %j', (value) => {
    expect(runPure(dataMap, { value })).toEqual(value);
  });

  it('refuses unknown keys', () => {
    expect(() => runPure(dataMap, { value: 1, other: 2 })).toThrow(/other/);
  });
});
