import { describe, expect, test } from 'vitest';
import type { Operator } from '../definition/flow-input.ts';
import type { Names } from '../expression/names.ts';
import type { Json } from '../json.ts';
import { compare, rowHolds } from './condition-rows.ts';

describe('compare', () => {
  const rows: readonly (readonly [Json | undefined, Operator, Json, boolean])[] = [
    [1, 'equals', 1, true],
    [1, 'equals', '1', true],
    ['1.0', 'equals', 1, true],
    ['1', 'equals', '1.0', false],
    ['', 'equals', 0, false],
    [true, 'equals', 1, false],
    ['a', 'equals', 'A', false],
    [null, 'equals', null, true],
    [undefined, 'equals', null, false],
    [{ a: [1, { b: 2 }] }, 'equals', { a: [1, { b: 2 }] }, true],
    [{ a: 1, b: 2 }, 'equals', { b: 2, a: 1 }, true],
    [{ a: 1 }, 'equals', { a: 1, b: 2 }, false],
    [[1, 2], 'equals', [1], false],
    [undefined, 'not_equals', 1, true],
    [2, 'not_equals', 1, true],
    ['hello', 'contains', 'ell', true],
    ['room 12', 'contains', 12, true],
    [['a', 'b'], 'contains', 'b', true],
    [['1'], 'contains', 1, true],
    [5, 'contains', 5, false],
    [undefined, 'contains', 'a', false],
    [undefined, 'not_contains', 'a', true],
    ['hello', 'starts_with', 'he', true],
    [12, 'starts_with', '1', false],
    [2, 'greater_than', 1, true],
    ['10', 'greater_than', '9', true],
    ['b', 'greater_than', 'a', true],
    ['b', 'greater_than', 1, false],
    [undefined, 'greater_than', 1, false],
    [null, 'less_than', 1, false],
    [1, 'less_than', '2', true],
    [1, 'at_least', 1, true],
    [1, 'at_most', 1, true],
    [2, 'at_most', 1, false],
    ['a', 'in', ['a', 'b'], true],
    [1, 'in', ['1'], true],
    ['a', 'in', 'abc', false],
    [undefined, 'in', [null], false],
    [undefined, 'not_in', ['a'], true],
    [0, 'exists', null, true],
    ['', 'exists', null, true],
    [null, 'exists', null, false],
    [undefined, 'exists', null, false],
    [undefined, 'not_exists', null, true],
    ['2026-03-01', 'before', '2026-03-02', true],
    ['2026-03-01T23:30:00Z', 'before', '2026-03-02', false],
    ['2026-03-02T10:00:00+02:00', 'after', '2026-03-02T07:00:00Z', true],
    ['soon', 'after', '2026-03-02', false],
    [undefined, 'before', '2026-03-02', false],
  ];
  test.each(rows)('%j %s %j is %s', (field, operator, value, holds) => {
    // In Berlin, 2 March begins at 23:00 UTC the day before.
    expect(compare(operator, field, value, 'Europe/Berlin')).toBe(holds);
  });
});

describe('rowHolds', () => {
  const names: Names = {
    event: { type: 'x', data: { name: 'Ann', none: null }, time: '' },
    client: null,
    steps: {},
    vars: { limit: 'Ann' },
    run: { id: 'r', startedAt: '' },
    org: { name: 'o', timezone: 'UTC' },
    now: 0,
  };
  test.each([
    ['event.data.name', 'equals', { $: 'vars.limit' }, true],
    ['event.data.name', 'equals', '{{ vars.limit }}', true],
    ['event.data.missing', 'exists', undefined, false],
    ['event.data.missing.deeper', 'not_exists', undefined, true],
    ['event.data.none', 'exists', undefined, false],
    ['event.data.none.deeper', 'exists', undefined, false],
    ['client.name', 'equals', 'Ann', false],
    ['client.name', 'not_exists', undefined, true],
    ['steps.never.output.id', 'exists', undefined, false],
    ['event.data.name.size()', 'equals', 3, true],
  ] as const)('%s %s %j is %s', (field, operator, value, holds) => {
    expect(rowHolds({ field, operator, value: value as Json }, names, 'UTC')).toBe(holds);
  });
});
