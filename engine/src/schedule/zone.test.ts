import { describe, expect, test } from 'vitest';
import { firstInstantAt, isZone, localParts, nextTransition, startOfDay, startOfNextDay } from './zone.ts';

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['Etc/GMT+5', true],
  ['Europe/Nowhere', false],
  ['+02:00', false],
  ['', false],
  ['org', false],
  ['client', false],
  ['Europe/Berlin\u0000', false],
])('%j is a zone: %s', (name, expected) => {
  expect(isZone(name)).toBe(expected);
});

test('localParts shows what the wall clock shows', () => {
  expect(localParts(Date.parse('2026-03-29T00:59:59.999Z'), 'Europe/Berlin')).toEqual({
    year: 2026,
    month: 3,
    day: 29,
    hour: 1,
    minute: 59,
    second: 59,
    millisecond: 999,
    weekday: 'sun',
    date: '2026-03-29',
    offsetMs: 3_600_000,
  });
  expect(localParts(Date.parse('2026-03-29T01:00:00Z'), 'Europe/Berlin')).toMatchObject({
    hour: 3,
    offsetMs: 7_200_000,
  });
});

describe('days', () => {
  test.each([
    ['UTC', '2026-01-01T15:00:00Z', '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T15:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['Africa/Cairo', '2026-04-24T15:00:00Z', '2026-04-23T22:00:00.000Z', '2026-04-24T21:00:00.000Z'],
    ['America/Havana', '2026-11-01T15:00:00Z', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z'],
  ])('in %s the day of %s runs from %s to %s', (zone, at, start, next) => {
    expect(iso(startOfDay(Date.parse(at), zone))).toBe(start);
    expect(iso(startOfNextDay(Date.parse(at), zone))).toBe(next);
  });
});

test.each([
  ['a plain time', 'Europe/Berlin', '2026-01-10T09:00', '2026-01-10T08:00:00.000Z'],
  ['a skipped time is the end of the gap', 'Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:00:00.000Z'],
  ['the first skipped minute', 'Europe/Berlin', '2026-03-29T02:00', '2026-03-29T01:00:00.000Z'],
  ['a repeated time is the first', 'Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
  ['a gap of two hours', 'Antarctica/Troll', '2026-03-29T02:30', '2026-03-29T01:00:00.000Z'],
  ['a gap of half an hour', 'Australia/Lord_Howe', '2026-10-04T02:10', '2026-10-03T15:30:00.000Z'],
  ['a gap of a whole day', 'Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00:00.000Z'],
])('firstInstantAt: %s', (_, zone, wall, expected) => {
  expect(iso(firstInstantAt(Date.parse(`${wall}Z`), zone))).toBe(expected);
});

test('nextTransition lies strictly after, and is null where clocks no longer change', () => {
  const change = Date.parse('2026-03-29T01:00:00Z');
  expect(nextTransition(change - 1, 'Europe/Berlin')).toBe(change);
  expect(iso(nextTransition(change, 'Europe/Berlin'))).toBe('2026-10-25T01:00:00.000Z');
  expect(nextTransition(change, 'Asia/Tokyo')).toBeNull();
});
