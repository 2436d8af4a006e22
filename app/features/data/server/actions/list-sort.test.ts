import { describe, expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { listSort } from './list-sort.ts';

describe('list.sort', () => {
  it.each([
    ['numbers', [10, 9, 1], [1, 9, 10]],
    ['text as people do', ['item 10', 'b', 'item 2', 'A', 'ä', 'z'], ['A', 'ä', 'b', 'item 2', 'item 10', 'z']],
    ['mixed kinds', ['b', null, 2, true, [1], 'a', false, 1], [false, true, 1, 2, 'a', 'b', [1], null]],
    ['nothing', [], []],
  ])('orders %s', (_, items, expected) => {
    expect(runPure(listSort, { items })).toEqual(expected);
  });

  const people = [
    { name: 'Joe', score: 2 },
    { name: 'Ann', score: 3 },
    { name: 'Max' },
    { name: 'Eve', score: 2 },
    { name: 'Kim', score: null },
  ];
  const names = (input: object) =>
    (runPure(listSort, { items: people, ...input }) as { name: string }[]).map((p) => p.name);

  it('keeps equal ones as they came, and those without a value last, either way', () => {
    expect(names({ by: 'score' })).toEqual(['Joe', 'Eve', 'Ann', 'Max', 'Kim']);
    expect(names({ by: 'score', direction: 'desc' })).toEqual(['Ann', 'Joe', 'Eve', 'Max', 'Kim']);
  });

  it('leaves its input as it was', () => {
    const items = Object.freeze([3, 1, 2]);
    expect(runPure(listSort, { items })).toEqual([1, 2, 3]);
    expect(items).toEqual([3, 1, 2]);
  });

  it('refuses what is no list, and unknown directions', () => {
    expect(() => runPure(listSort, { items: 'abc' })).toThrow();
    expect(() => runPure(listSort, { items: [], direction: 'up' })).toThrow();
  });
});
