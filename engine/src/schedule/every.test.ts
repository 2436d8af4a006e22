import { describe, expect, test } from 'vitest';
import { checkEvery, nextEveryTime } from './every.ts';

function times(every: string, zone: string, anchor: string, after: string, count: number): string[] {
  const found: string[] = [];
  let at = Date.parse(after);
  for (let index = 0; index < count; index += 1) {
    at = nextEveryTime(every, zone, Date.parse(anchor), at);
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

const JAN_31 = '2026-01-31T12:00:00Z';

describe('nextEveryTime', () => {
  test.each([
    [
      'months do not drift from the 31st',
      'P1M',
      'UTC',
      JAN_31,
      JAN_31,
      ['2026-02-28T12:00', '2026-03-31T12:00', '2026-04-30T12:00'],
    ],
    [
      'the end of February in a leap year',
      'P1M',
      'UTC',
      '2028-01-31T12:00:00Z',
      '2028-01-31T12:00:00Z',
      ['2028-02-29T12:00', '2028-03-31T12:00'],
    ],
    [
      'years from 29 February',
      'P1Y',
      'UTC',
      '2024-02-29T12:00:00Z',
      '2026-01-01T00:00:00Z',
      ['2026-02-28T12:00', '2027-02-28T12:00', '2028-02-29T12:00'],
    ],
    [
      'days keep the wall clock',
      'P1D',
      'Europe/Berlin',
      '2026-03-27T08:00:00Z',
      '2026-03-28T08:00:00Z',
      ['2026-03-29T07:00', '2026-03-30T07:00'],
    ],
    [
      'a day pushed on by a gap comes back',
      'P1D',
      'Europe/Berlin',
      '2026-03-27T01:30:00Z',
      '2026-03-28T01:30:00Z',
      ['2026-03-29T01:30', '2026-03-30T00:30'],
    ],
    [
      'hours are exact',
      'PT6H',
      'Europe/Berlin',
      '2026-03-28T23:00:00Z',
      '2026-03-28T23:00:00Z',
      ['2026-03-29T05:00', '2026-03-29T11:00'],
    ],
    [
      'before the anchor, the anchor',
      'PT1H',
      'UTC',
      JAN_31,
      '2026-01-01T00:00:00Z',
      ['2026-01-31T12:00', '2026-01-31T13:00'],
    ],
    ['mixed units', 'P1DT12H', 'UTC', JAN_31, JAN_31, ['2026-02-02T00:00', '2026-02-03T12:00']],
    [
      'long after the anchor',
      'PT15M',
      'UTC',
      '1990-01-01T00:07:00Z',
      '2026-06-01T10:00:00Z',
      ['2026-06-01T10:07', '2026-06-01T10:22'],
    ],
    [
      'months long after the anchor',
      'P1M',
      'UTC',
      '1990-01-31T00:00:00Z',
      '2026-02-10T00:00:00Z',
      ['2026-02-28T00:00', '2026-03-31T00:00'],
    ],
  ])('%s', (_, every, zone, anchor, after, expected) => {
    expect(times(every, zone, anchor, after, expected.length)).toEqual(expected);
  });

  test.each([
    ['PT0S', /every 0 seconds/],
    ['-P1D', /backwards/],
    ['PT0.5S', /at most once a second/],
    ['hourly', /not a duration/],
  ])('refuses %s', (every, message) => {
    expect(() => nextEveryTime(every, 'UTC', 0, 0)).toThrow(message);
    expect(checkEvery(every)).toMatch(message);
  });

  test('checkEvery finds nothing wrong with a plain duration', () => {
    expect(checkEvery('PT15M')).toBeNull();
  });
});
