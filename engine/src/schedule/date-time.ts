/** Reading dates and times that people and services write. */
import { Temporal } from 'temporal-polyfill';
import { ScheduleError } from './schedule-error.ts';
import { isZone, unknownZone } from './zone.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const LOCAL = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)$/;
const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+-]\d{2}(?::?\d{2})?)$/;

/**
 * The instant that a text names, in milliseconds since the epoch. With an offset (`2026-03-29T09:00:00+02:00`, `…Z`) it
 * stands for itself. Without one it is what the clock of `zone` shows: a time that the clocks skip moves on by the
 * length of the gap, one that comes twice is the first. A date alone is the start of that day.
 * Throws a ScheduleError for any other text and for dates that do not exist.
 */
export function parseInstant(text: string, zone: string): number {
  if (!isZone(zone)) throw unknownZone(zone);
  try {
    const at = read(text.trim(), zone);
    if (at !== null) return at;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ScheduleError('invalid_time', `${quoted(text)} is not a date that exists`);
  }
  throw new ScheduleError(
    'invalid_time',
    `${quoted(text)} is not a date or time; write 2026-03-29, 2026-03-29T09:00 or 2026-03-29T09:00:00Z`,
  );
}

function read(text: string, zone: string): number | null {
  if (DATE.test(text)) return Temporal.PlainDate.from(text).toZonedDateTime(zone).epochMilliseconds;
  const local = LOCAL.exec(text);
  if (local !== null) {
    const dateTime = Temporal.PlainDateTime.from(`${local[1]}T${local[2]}`);
    return dateTime.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
  }
  const exact = WITH_OFFSET.exec(text);
  if (exact === null) return null;
  return Temporal.Instant.from(`${exact[1]}T${exact[2]}${exact[3]}`).epochMilliseconds;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
