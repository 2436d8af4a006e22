import { describe, expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { listFilter } from './list-filter.ts';

const items = [
  { id: 1, name: 'Jane', age: 41, address: { city: 'Bern' }, tags: ['vip'] },
  { id: 2, name: 'Joe', age: '7', address: { city: 'Rome' }, since: '2026-01-01' },
  { id: 3, name: 'Cara', since: '2026-06-01T00:00:00Z' },
];
const ids = (input: object) => (runPure(listFilter, { items, ...input }) as { id: number }[]).map(({ id }) => id);

describe('list.filter', () => {
  it.each([
    [{ field: 'name', operator: 'equals', value: 'Jane' }, [1]],
    [{ field: 'age', operator: 'at_least', value: 7 }, [1, 2]],
    [{ field: 'age', operator: 'less_than', value: '10' }, [2]],
    [{ field: 'address.city', operator: 'in', value: ['Bern', 'Oslo'] }, [1]],
    [{ field: 'tags', operator: 'contains', value: 'vip' }, [1]],
    [{ field: 'age', operator: 'exists' }, [1, 2]],
    [{ field: 'age', operator: 'not_exists' }, [3]],
    [{ field: 'since', operator: 'before', value: '2026-03-01' }, [2]],
    [{ field: 'constructor', operator: 'exists' }, []],
  ])('keeps by %j', (row, expected) => {
    expect(ids({ all: [row] })).toEqual(expected);
    expect(ids({ any: [row] })).toEqual(expected);
  });

  it('needs all rows, or any', () => {
    const rows = [
      { field: 'age', operator: 'exists' },
      { field: 'name', operator: 'starts_with', value: 'J' },
      { field: 'id', operator: 'equals', value: 2 },
    ];
    expect(ids({ all: rows })).toEqual([2]);
    expect(ids({ any: rows })).toEqual([1, 2]);
  });

  it('looks at the items themselves', () => {
    const input = { items: [3, 'x', null, 8], all: [{ field: '', operator: 'greater_than', value: 5 }] };
    expect(runPure(listFilter, input)).toEqual([8]);
  });

  it.each([
    ['neither all nor any', {}],
    ['both', { all: [{ field: 'a', operator: 'exists' }], any: [{ field: 'a', operator: 'exists' }] }],
    ['an unknown operator', { all: [{ field: 'a', operator: 'like', value: 1 }] }],
    ['a missing value', { all: [{ field: 'a', operator: 'equals' }] }],
    ['an unknown key', { all: [{ field: 'a', operator: 'exists', extra: 1 }] }],
  ])('refuses %s', (_, input) => {
    expect(() => ids(input)).toThrow();
  });

  it('refuses a zone that is none', () => {
    expect(() => ids({ all: [{ field: 'a', operator: 'exists' }], timezone: 'Mars' })).toThrow(/is not a time zone/);
  });
});
