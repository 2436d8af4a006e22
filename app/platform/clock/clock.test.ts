import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('the monotonic clock never goes back', () => {
  const readings = Array.from({ length: 1000 }, () => systemClock.monotonicMs());
  expect(readings).toEqual(readings.toSorted((a, b) => a - b));
});

test('the wall clock tells this year or a later one', () => {
  expect(systemClock.now().getUTCFullYear()).toBeGreaterThanOrEqual(2026);
});
