import { describe, expect, test } from 'vitest';
import { checkCron, nextCronTime } from './cron.ts';

/** The first `count` times strictly after an instant. */
function times(source: string, zone: string, after: string, count: number): (string | null)[] {
  const found: (string | null)[] = [];
  let at: number | null = Date.parse(after);
  for (let index = 0; index < count && at !== null; index += 1) {
    at = nextCronTime(source, zone, at);
    found.push(at === null ? null : new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('patterns', () => {
  test.each([
    ['30 9 * * *', '2026-01-01T00:00:00Z', ['2026-01-01T09:30', '2026-01-02T09:30']],
    ['0 9 * * 1-5', '2026-01-02T09:00:00Z', ['2026-01-05T09:00', '2026-01-06T09:00']],
    ['0 9 * * MON,wed', '2026-01-01T00:00:00Z', ['2026-01-05T09:00', '2026-01-07T09:00']],
    ['*/20 * * * *', '2026-01-01T00:00:00Z', ['2026-01-01T00:20', '2026-01-01T00:40', '2026-01-01T01:00']],
    ['0 0 1 */3 *', '2026-01-01T00:00:00Z', ['2026-04-01T00:00', '2026-07-01T00:00']],
    ['0 12 L * *', '2028-01-31T12:00:00Z', ['2028-02-29T12:00', '2028-03-31T12:00']],
    ['0 12 LW * *', '2026-01-01T00:00:00Z', ['2026-01-30T12:00', '2026-02-27T12:00', '2026-03-31T12:00']],
    ['0 12 15W * *', '2026-02-01T00:00:00Z', ['2026-02-16T12:00', '2026-03-16T12:00', '2026-04-15T12:00']],
    ['0 12 1W * *', '2026-08-01T00:00:00Z', ['2026-08-03T12:00', '2026-09-01T12:00']],
    ['0 12 * * 5#2', '2026-01-01T00:00:00Z', ['2026-01-09T12:00', '2026-02-13T12:00']],
    ['0 12 * * FRIL', '2026-01-01T00:00:00Z', ['2026-01-30T12:00', '2026-02-27T12:00']],
    ['0 12 13 * 5', '2026-01-01T00:00:00Z', ['2026-01-02T12:00', '2026-01-09T12:00', '2026-01-13T12:00']],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['  0  12\t* * 7 ', '2026-01-01T00:00:00Z', ['2026-01-04T12:00']],
  ])('%s after %s', (source, after, expected) => {
    expect(times(source, 'UTC', after, expected.length)).toEqual(expected);
  });

  test('the time after is strictly after, to the millisecond', () => {
    const tick = Date.parse('2026-01-01T09:30:00Z');
    expect(nextCronTime('30 9 * * *', 'UTC', tick - 1)).toBe(tick);
    expect(nextCronTime('30 9 * * *', 'UTC', tick)).toBe(tick + 86_400_000);
    expect(nextCronTime('30 9 * * *', 'UTC', tick + 1)).toBe(tick + 86_400_000);
  });

  test.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 31W 2 *'])('%s never fires', (source) => {
    expect(nextCronTime(source, 'Europe/Berlin', 0)).toBeNull();
    expect(checkCron(source)).toMatch(/never fires/);
  });
});

describe('checkCron', () => {
  test.each(['* * * * *', '0 9 * * 1-5', '0 12 L * *', '0 12 * * 5#2', '? * * * *'])('accepts %s', (source) => {
    expect(checkCron(source)).toBeNull();
  });

  test.each([
    ['', /has 0 fields; a cron pattern has 5/],
    ['* * * *', /has 4 fields/],
    ['0 * * * * *', /has 6 fields/],
    ['0 * * * * * *', /has 7 fields/],
    ['@reboot', /is a nickname/],
    ['@daily', /is a nickname/],
    ['60 * * * *', /minute/],
    ['* 24 * * *', /hour/],
    ['* * 32 * *', /day/],
    ['* * * 13 *', /month/],
    ['* * * * 8', /dayOfWeek/],
    ['5-1 * * * *', /larger/],
    ['*/0 * * * *', /stepping/],
    ['a * * * *', /illegal characters/],
    ['2026-01-01T00:00:00 * * * *', /not a cron pattern/],
    [`${'1,'.repeat(150)}1 * * * *`, /at most 200/],
  ])('refuses %j', (source, message) => {
    expect(checkCron(source)).toMatch(message);
    expect(() => nextCronTime(source, 'UTC', 0)).toThrow(message);
  });

  test('an unknown zone is refused', () => {
    expect(() => nextCronTime('* * * * *', 'Mars/Olympus', 0)).toThrow(/not a time zone/);
  });
});

describe('days on which clocks change', () => {
  const berlinGap = '2026-03-28T12:00:00Z';
  const berlinOverlap = '2026-10-24T12:00:00Z';
  test.each([
    [
      'a skipped time runs right after the gap',
      '30 2 * * *',
      'Europe/Berlin',
      berlinGap,
      ['2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'a repeated time runs once, at the first',
      '30 2 * * *',
      'Europe/Berlin',
      berlinOverlap,
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'several skipped times run once',
      '0,30 2 * * *',
      'Europe/Berlin',
      berlinGap,
      ['2026-03-29T01:00', '2026-03-30T00:00'],
    ],
    [
      'a skipped time joins the one after the gap',
      '0 2,3 * * *',
      'Europe/Berlin',
      berlinGap,
      ['2026-03-29T01:00', '2026-03-30T00:00'],
    ],
    [
      'every two hours',
      '0 */2 * * *',
      'Europe/Berlin',
      '2026-03-28T22:30:00Z',
      ['2026-03-28T23:00', '2026-03-29T01:00', '2026-03-29T02:00'],
    ],
    [
      'hourly, gap',
      '30 * * * *',
      'Europe/Berlin',
      '2026-03-28T23:00:00Z',
      ['2026-03-28T23:30', '2026-03-29T00:30', '2026-03-29T01:30'],
    ],
    [
      'hourly, overlap',
      '30 * * * *',
      'Europe/Berlin',
      '2026-10-24T23:00:00Z',
      ['2026-10-24T23:30', '2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30'],
    ],
    [
      'on the hour, gap',
      '0 * * * *',
      'Europe/Berlin',
      '2026-03-28T23:30:00Z',
      ['2026-03-29T00:00', '2026-03-29T01:00', '2026-03-29T02:00'],
    ],
    [
      'from the second pass of the hour',
      '45 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:50:00Z',
      ['2026-10-25T01:45', '2026-10-25T02:45'],
    ],
    [
      'minutes of one skipped hour run once',
      '*/20 2 * * *',
      'Europe/Berlin',
      berlinGap,
      ['2026-03-29T01:00', '2026-03-30T00:00'],
    ],
    [
      'minutes of one repeated hour run in both',
      '*/30 2 * * *',
      'Europe/Berlin',
      berlinOverlap,
      ['2026-10-25T00:00', '2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-26T01:00'],
    ],
    [
      'midnight that is skipped',
      '0 0 * * *',
      'Africa/Cairo',
      '2026-04-23T12:00:00Z',
      ['2026-04-23T22:00', '2026-04-24T21:00'],
    ],
    [
      'midnight that comes twice',
      '0 0 * * *',
      'America/Havana',
      '2026-10-31T12:00:00Z',
      ['2026-11-01T04:00', '2026-11-02T05:00'],
    ],
    [
      'a gap of half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T12:00:00Z',
      ['2026-10-03T15:30', '2026-10-04T15:15'],
    ],
    [
      'a gap of two hours',
      '30 1 * * *',
      'Antarctica/Troll',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00', '2026-03-29T23:30'],
    ],
    [
      'a weekday that the zone left out',
      '0 9 * * 5',
      'Pacific/Apia',
      '2011-12-29T00:00:00Z',
      ['2011-12-30T10:00', '2012-01-05T19:00'],
    ],
  ])('%s', (_, source, zone, after, expected) => {
    expect(times(source, zone, after, expected.length)).toEqual(expected);
  });
});
