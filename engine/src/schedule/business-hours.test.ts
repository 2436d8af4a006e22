import { describe, expect, test } from 'vitest';
import type { BusinessHours } from '../definition/format.ts';
import { isOpen, nextOpen, quietUntil } from './business-hours.ts';

const OFFICE: BusinessHours = { from: '09:00', to: '17:00' };
const NIGHT: BusinessHours = { days: ['fri', 'sat'], from: '22:00', to: '06:00' };
const BERLIN = 'Europe/Berlin';
const opening = (hours: BusinessHours, zone: string, at: string) =>
  new Date(nextOpen(hours, zone, Date.parse(at))).toISOString().slice(0, 16);

describe('nextOpen', () => {
  test.each<[string, BusinessHours, string, string, string]>([
    ['open already', OFFICE, BERLIN, '2026-06-01T10:20:00Z', '2026-06-01T10:20'],
    ['at the opening', OFFICE, BERLIN, '2026-06-01T07:00:00Z', '2026-06-01T07:00'],
    ['before the opening', OFFICE, BERLIN, '2026-06-01T03:00:00Z', '2026-06-01T07:00'],
    ['at the close, tomorrow', OFFICE, BERLIN, '2026-06-01T15:00:00Z', '2026-06-02T07:00'],
    ['on Friday evening, Monday', OFFICE, BERLIN, '2026-06-05T16:00:00Z', '2026-06-08T07:00'],
    [
      'holidays are closed',
      { ...OFFICE, holidays: ['2026-06-08', '2026-06-09'] },
      BERLIN,
      '2026-06-05T16:00:00Z',
      '2026-06-10T07:00',
    ],
    [
      'the zone of the hours goes first',
      { ...OFFICE, timezone: 'America/New_York' },
      BERLIN,
      '2026-06-01T10:00:00Z',
      '2026-06-01T13:00',
    ],
    ['past midnight, before', NIGHT, 'UTC', '2026-06-05T12:00:00Z', '2026-06-05T22:00'],
    ['past midnight, within', NIGHT, 'UTC', '2026-06-06T03:00:00Z', '2026-06-06T03:00'],
    ['past midnight, the morning after the last day', NIGHT, 'UTC', '2026-06-07T05:59:00Z', '2026-06-07T05:59'],
    ['past midnight, after', NIGHT, 'UTC', '2026-06-07T06:00:00Z', '2026-06-12T22:00'],
    [
      'a holiday closes the night that begins on it',
      { ...NIGHT, holidays: ['2026-06-05'] },
      'UTC',
      '2026-06-05T23:00:00Z',
      '2026-06-06T22:00',
    ],
    [
      'equal times are the whole day',
      { from: '00:00', to: '00:00' },
      'UTC',
      '2026-06-06T03:00:00Z',
      '2026-06-08T00:00',
    ],
    [
      'hours that a gap swallows do not open',
      { days: ['sun'], from: '02:00', to: '03:00' },
      BERLIN,
      '2026-03-28T12:00:00Z',
      '2026-04-05T00:00',
    ],
    [
      'an opening in a gap is its end',
      { days: ['sun'], from: '02:30', to: '09:00' },
      BERLIN,
      '2026-03-28T12:00:00Z',
      '2026-03-29T01:00',
    ],
  ])('%s', (_, hours, zone, at, expected) => {
    expect(opening(hours, zone, at)).toBe(expected);
  });

  test('a place that is closed on a year of holidays opens after them', () => {
    const sundays = Array.from({ length: 52 }, (_, week) =>
      new Date(Date.UTC(2026, 0, 4 + 7 * week)).toISOString().slice(0, 10),
    );
    expect(
      opening({ days: ['sun'], from: '09:00', to: '10:00', holidays: sundays }, 'UTC', '2026-01-01T00:00:00Z'),
    ).toBe('2027-01-03T09:00');
  });

  test('a time of day that is none is refused', () => {
    expect(() => nextOpen({ from: '9', to: '17:00' }, 'UTC', 0)).toThrow(/"9" is not a time of day/);
  });
});

test('isOpen is true from the opening up to the close, which is closed', () => {
  const at = (time: string) => isOpen(OFFICE, 'UTC', Date.parse(`2026-06-01T${time}Z`));
  expect([at('08:59:59.999'), at('09:00:00'), at('16:59:59.999'), at('17:00:00')]).toEqual([false, true, true, false]);
});

test.each([
  ['in the evening, until morning', { from: '21:00', to: '08:00' }, '2026-06-01T23:30:00Z', '2026-06-02T06:00:00.000Z'],
  ['after midnight, until morning', { from: '21:00', to: '08:00' }, '2026-06-02T02:00:00Z', '2026-06-02T06:00:00.000Z'],
  ['in the day, not at all', { from: '21:00', to: '08:00' }, '2026-06-02T12:00:00Z', null],
  ['at the end, no longer', { from: '21:00', to: '08:00' }, '2026-06-02T06:00:00Z', null],
  ['within one day', { from: '12:00', to: '14:00' }, '2026-06-02T11:00:00Z', '2026-06-02T12:00:00.000Z'],
  ['across the gap', { from: '21:00', to: '08:00' }, '2026-03-29T00:30:00Z', '2026-03-29T06:00:00.000Z'],
  ['equal times are never quiet', { from: '08:00', to: '08:00' }, '2026-06-02T02:00:00Z', null],
  [
    'in the zone of the hours',
    { from: '21:00', to: '08:00', timezone: 'UTC' },
    '2026-06-02T06:30:00Z',
    '2026-06-02T08:00:00.000Z',
  ],
])('quietUntil: %s', (_, hours, at, expected) => {
  const until = quietUntil(hours, BERLIN, Date.parse(at));
  expect(until === null ? null : new Date(until).toISOString()).toBe(expected);
});
