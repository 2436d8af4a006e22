import { describe, expect, it } from 'vitest';
import { readRetryAfter } from './retry-after.ts';

const now = new Date('2026-11-21T12:00:00Z');
const dayMs = 86_400_000;

describe('readRetryAfter', () => {
  it.each([
    ['5', 5000],
    ['0', 0],
    [' 120 ', 120_000],
    ['1.5', 1500],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Saturday, 21-Nov-26 12:01:00 GMT', 60_000],
    ['Fri, 20 Nov 2026 12:00:00 GMT', 0],
    ['99999999999999999999', dayMs],
    ['Sat, 21 Nov 2099 12:00:00 GMT', dayMs],
    ['', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['1e9', undefined],
    ['5 minutes', undefined],
    ['NaN', undefined],
    ['2026', 2_026_000],
    ['Sat, 99 Foo 2026', undefined],
  ])('%j is %j', (header, expected) => {
    expect(readRetryAfter({ 'retry-after': header }, now)).toBe(expected);
  });

  it('is nothing where the header is missing', () => {
    expect(readRetryAfter({}, now)).toBeUndefined();
  });

  it.each(['2026-11-21T11:00:00Z', '2026-11-21T13:00:00Z'])(
    'counts by the clock that wrote the date, at %s of ours',
    (ours) => {
      const headers = { 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT', date: 'Sat, 21 Nov 2026 12:00:00 GMT' };
      expect(readRetryAfter(headers, new Date(ours))).toBe(30_000);
    },
  );
});
