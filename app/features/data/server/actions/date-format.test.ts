import { describe, expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { dateFormat } from './date-format.ts';

const value = '2026-03-09T14:05:06.078Z';
const write = (input: object) => (runPure(dateFormat, { value, ...input }) as string).replaceAll('\u202f', ' ');

describe('date.format', () => {
  it.each([
    ['datetime', {}, 'March 9, 2026 at 2:05 PM'],
    ['date', { locale: 'en-GB' }, '9 March 2026'],
    ['date', { locale: 'de' }, '9. März 2026'],
    ['short_date', { locale: 'de' }, '09.03.26'],
    ['time', { locale: 'de' }, '14:05'],
    ['weekday', {}, 'Monday'],
    ['month', {}, 'March 2026'],
    ['iso', {}, '2026-03-09T14:05:06Z'],
    ['iso', { timezone: 'Asia/Kolkata' }, '2026-03-09T19:35:06+05:30'],
    ['iso_date', { timezone: 'Asia/Tokyo' }, '2026-03-09'],
    ['iso_date', { value: '2026-03-09T23:00:00Z', timezone: 'Asia/Tokyo' }, '2026-03-10'],
    ['yyyy-MM-dd', {}, '2026-03-09'],
    ['d.M.yy', {}, '9.3.26'],
    ['HH:mm:ss.SSS', {}, '14:05:06.078'],
    ['h:mm a', {}, '2:05 PM'],
    ['hh:m:s', {}, '02:5:6'],
    ['EEEE, d MMMM yyyy', { locale: 'fr' }, 'lundi, 9 mars 2026'],
    ['EEE d MMM', {}, 'Mon 9 Mar'],
    ["dd.MM. 'at' HH 'o''clock'", {}, "09.03. at 14 o'clock"],
    ["yyyy''MM", {}, "2026'03"],
    ['HH:mm XXX', { timezone: 'America/New_York' }, '10:05 -04:00'],
    ['yyyy年M月d日', {}, '2026年3月9日'],
  ])('writes %s with %j', (format, input, expected) => {
    expect(write({ format, ...input })).toBe(expected);
  });

  it.each([
    ['2026-03-09', 'Europe/Berlin', '2026-03-09T00:00:00+01:00'],
    ['2026-03-09T09:00', 'Europe/Berlin', '2026-03-09T09:00:00+01:00'],
    ['2026-07-09T09:00', 'Europe/Berlin', '2026-07-09T09:00:00+02:00'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T03:30:00+02:00'],
    ['2026-03-09T09:00:00-08:00', 'UTC', '2026-03-09T17:00:00Z'],
  ])('takes %s by the clock of %s', (given, timezone, expected) => {
    expect(write({ value: given, timezone, format: 'iso' })).toBe(expected);
  });

  it.each([
    ['invalid_time', { value: 'tomorrow' }],
    ['invalid_time', { value: '2026-02-30' }],
    ['invalid_zone', { timezone: 'Mars/Olympus' }],
    ['bad_locale', { locale: 'not a language' }],
    ['bad_locale', { locale: 'xx' }],
    ['bad_format', { format: 'dd at HH' }],
    ['bad_format', { format: 'YYYY' }],
    ['bad_format', { format: "dd 'open" }],
  ])('fails for good with %s for %j', (code, input) => {
    expect(() => write(input)).toThrow(expect.objectContaining({ code, kind: 'terminal' }));
  });
});
