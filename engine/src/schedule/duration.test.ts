import { describe, expect, test } from 'vitest';
import { addDuration, describeDuration, longestMs, nominalMs, parseDuration } from './duration.ts';
import { ScheduleError } from './schedule-error.ts';

const add = (from: string, duration: string, zone: string) =>
  new Date(addDuration(Date.parse(from), duration, zone)).toISOString();

describe('addDuration', () => {
  test.each([
    [
      'exact time crosses the gap unmoved',
      '2026-03-28T12:00:00Z',
      'PT24H',
      'Europe/Berlin',
      '2026-03-29T12:00:00.000Z',
    ],
    [
      'a day keeps the wall clock over the gap',
      '2026-03-28T12:00:00Z',
      'P1D',
      'Europe/Berlin',
      '2026-03-29T11:00:00.000Z',
    ],
    [
      'a day keeps the wall clock over the overlap',
      '2026-10-24T12:00:00Z',
      'P1D',
      'Europe/Berlin',
      '2026-10-25T13:00:00.000Z',
    ],
    ['a skipped time moves on by the gap', '2026-03-28T01:30:00Z', 'P1D', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    [
      'a time that comes twice is the first',
      '2026-10-24T00:30:00Z',
      'P1D',
      'Europe/Berlin',
      '2026-10-25T00:30:00.000Z',
    ],
    ['a month from the 31st ends on the last day', '2026-01-31T12:00:00Z', 'P1M', 'UTC', '2026-02-28T12:00:00.000Z'],
    ['a month from the 31st in a leap year', '2028-01-31T12:00:00Z', 'P1M', 'UTC', '2028-02-29T12:00:00.000Z'],
    ['a year from 29 February', '2028-02-29T12:00:00Z', 'P1Y', 'UTC', '2029-02-28T12:00:00.000Z'],
    ['days go back', '2026-03-30T12:00:00Z', '-P3D', 'Europe/Berlin', '2026-03-27T13:00:00.000Z'],
    ['hours go back', '2026-03-30T12:00:00Z', '-PT36H', 'Europe/Berlin', '2026-03-29T00:00:00.000Z'],
    [
      'calendar units first, then exact time',
      '2026-03-28T12:00:00Z',
      'P1DT2H',
      'Europe/Berlin',
      '2026-03-29T13:00:00.000Z',
    ],
    ['weeks', '2026-03-28T12:00:00Z', 'P2W', 'America/New_York', '2026-04-11T12:00:00.000Z'],
    ['fractions of a second', '2026-01-01T00:00:00Z', 'PT0.25S', 'UTC', '2026-01-01T00:00:00.250Z'],
    ['a day that a zone left out', '2011-12-29T20:00:00Z', 'P1D', 'Pacific/Apia', '2011-12-30T20:00:00.000Z'],
    [
      'the half-hour gap of Lord Howe',
      '2026-10-02T15:45:00Z',
      'P1D',
      'Australia/Lord_Howe',
      '2026-10-03T15:45:00.000Z',
    ],
  ])('%s', (_, from, duration, zone, expected) => {
    expect(add(from, duration, zone)).toBe(expected);
  });

  test.each([
    ['an unknown zone', () => addDuration(0, 'P1D', 'Europe/Nowhere'), 'invalid_zone'],
    ['an instant that is none', () => addDuration(Number.NaN, 'P1D', 'UTC'), 'time_out_of_range'],
    ['a date past the calendar', () => addDuration(8.64e15, 'P1D', 'UTC'), 'time_out_of_range'],
    ['an instant past the calendar', () => addDuration(8.64e15, 'PT1S', 'UTC'), 'time_out_of_range'],
  ])('refuses %s', (_, call, code) => {
    expect(call).toThrow(expect.objectContaining({ name: 'ScheduleError', code }));
  });
});

describe('parseDuration', () => {
  test.each([
    ['PT2H', { hours: 2 }],
    [
      'P1Y2M3W4DT5H6M7.089S',
      { years: 1, months: 2, weeks: 3, days: 4, hours: 5, minutes: 6, seconds: 7, milliseconds: 89 },
    ],
    ['-P3D', { sign: -1, days: 3 }],
    ['PT0S', {}],
  ])('reads %s', (text, parts) => {
    const nothing = {
      sign: 1,
      years: 0,
      months: 0,
      weeks: 0,
      days: 0,
      hours: 0,
      minutes: 0,
      seconds: 0,
      milliseconds: 0,
    };
    expect(parseDuration(text)).toEqual({ ...nothing, ...parts });
  });

  test.each(['', 'P', 'PT', 'P1', '1D', 'P1DT', 'P-1D', '+P1D', 'PT1.5H', 'P1.5D', 'p1d', 'P1D ', '2 hours', 'PT1S1S'])(
    'refuses %j with what would be right',
    (text) => {
      expect(() => parseDuration(text)).toThrow(/is not a duration; write .* PT2H/);
    },
  );

  test('refuses what is longer than the calendar', () => {
    expect(() => parseDuration(`P${'9'.repeat(50)}Y`)).toThrow(ScheduleError);
    expect(() => parseDuration(`P${'9'.repeat(500)}Y`)).toThrow(ScheduleError);
  });
});

const HOUR = 3_600_000;

test.each([
  ['PT90M', 1.5 * HOUR, 1.5 * HOUR],
  ['P1D', 26 * HOUR, 24 * HOUR],
  ['P1M', (31 * 24 + 2) * HOUR, 30 * 24 * HOUR],
  ['P1Y', (366 * 24 + 2) * HOUR, 365 * 24 * HOUR],
  ['-P1D', 26 * HOUR, 24 * HOUR],
  ['PT0S', 0, 0],
])('%s takes at most %d ms, by the book %d ms', (text, longest, nominal) => {
  expect(longestMs(text)).toBe(longest);
  expect(nominalMs(text)).toBe(nominal);
});

test.each([
  ['PT2H', '2 hours'],
  ['P1M', '1 month'],
  ['P1DT4H', '1 day and 4 hours'],
  ['P1Y2M3D', '1 year, 2 months and 3 days'],
  ['-P3D', '3 days before'],
  ['PT1.5S', '1.5 seconds'],
  ['PT0S', '0 seconds'],
])('%s reads as %s', (text, words) => {
  expect(describeDuration(text)).toBe(words);
});
