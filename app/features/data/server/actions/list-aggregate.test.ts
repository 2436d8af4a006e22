import { describe, expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { listAggregate } from './list-aggregate.ts';

const items = [
  { status: 'won', amount: 10, when: '2026-03-01' },
  { status: 'lost', amount: '2.5', when: '2026-01-01' },
  { status: 'won', amount: 20 },
  { status: null, amount: null, when: '2026-02-01' },
];

describe('list.aggregate', () => {
  it.each([
    ['sum', 32.5, 3],
    ['average', 32.5 / 3, 3],
    ['min', 10, 3],
    ['max', '2.5', 3],
    ['count', 3, 3],
  ])('reckons the %s', (operation, value, count) => {
    expect(runPure(listAggregate, { items, operation, by: 'amount' })).toEqual({ value, count, groups: [] });
  });

  it('reckons with the items themselves, and with dates as text', () => {
    expect(runPure(listAggregate, { items: [3, 1, 2], operation: 'max' })).toMatchObject({ value: 3 });
    expect(runPure(listAggregate, { items, operation: 'min', by: 'when' })).toMatchObject({ value: '2026-01-01' });
    expect(runPure(listAggregate, { items, operation: 'count' })).toMatchObject({ value: 4 });
  });

  it('reckons for each group, in the order they came', () => {
    expect(runPure(listAggregate, { items, operation: 'sum', by: 'amount', groupBy: 'status' })).toEqual({
      value: 32.5,
      count: 3,
      groups: [
        { key: 'won', value: 30, count: 2 },
        { key: 'lost', value: 2.5, count: 1 },
        { key: null, value: 0, count: 0 },
      ],
    });
  });

  it.each([
    ['sum', 0],
    ['count', 0],
    ['average', null],
    ['min', null],
    ['max', null],
  ])('gives for %s of nothing %j', (operation, value) => {
    expect(runPure(listAggregate, { items: [], operation })).toEqual({ value, count: 0, groups: [] });
  });

  it.each([['x'], [true], [{}], [''], ['1e999']])('cannot add %j', (amount) => {
    const input = { items: [{ amount }], operation: 'sum', by: 'amount' };
    expect(() => runPure(listAggregate, input)).toThrow(
      expect.objectContaining({ code: 'not_a_number', kind: 'terminal' }),
    );
  });
});
