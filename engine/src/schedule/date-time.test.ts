import { expect, test } from 'vitest';
import { parseInstant } from './date-time.ts';

test.each([
  ['2026-03-29T09:00:00Z', '2026-03-29T09:00:00.000Z'],
  ['2026-03-29T09:00:00.123456z', '2026-03-29T09:00:00.123Z'],
  ['2026-03-29T09:00+02:00', '2026-03-29T07:00:00.000Z'],
  ['2026-03-29T09:00-0330', '2026-03-29T12:30:00.000Z'],
  ['2026-03-29 09:00', '2026-03-29T07:00:00.000Z'],
  ['  2026-01-10T09:00:30  ', '2026-01-10T08:00:30.000Z'],
  ['2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
  ['2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
  ['2026-03-29', '2026-03-28T23:00:00.000Z'],
  ['2028-02-29', '2028-02-28T23:00:00.000Z'],
])('%j in Berlin is %s', (text, expected) => {
  expect(new Date(parseInstant(text, 'Europe/Berlin')).toISOString()).toBe(expected);
});

test.each([
  ['2026-02-29', /is not a date that exists/],
  ['2026-04-31T09:00Z', /is not a date that exists/],
  ['2026-01-01T25:00', /is not a date that exists/],
  ['2026-13-01', /is not a date that exists/],
  ['', /is not a date or time; write/],
  ['tomorrow', /is not a date or time; write/],
  ['29.03.2026', /is not a date or time; write/],
  ['1700000000000', /is not a date or time; write/],
  ['2026-03-29T09:00[Asia/Tokyo]', /is not a date or time; write/],
])('refuses %j', (text, message) => {
  expect(() => parseInstant(text, 'UTC')).toThrow(message);
});

test('refuses an unknown zone whatever the text', () => {
  expect(() => parseInstant('2026-03-29T09:00:00Z', 'Nowhere')).toThrow(/"Nowhere" is not a time zone/);
});
