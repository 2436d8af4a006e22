/** Wall clocks: what a zone's clock shows at an instant, and when it shows a time. All zones are IANA names. */
import { Temporal } from 'temporal-polyfill';
import { ScheduleError } from './schedule-error.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** What calendar and clock of a zone show. */
export type LocalParts = {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly weekday: Weekday;
  /** `2026-03-29`. */
  readonly date: string;
  /** Local time minus UTC. */
  readonly offsetMs: number;
};

/** True for IANA names such as `Europe/Berlin` and `UTC`; false for offsets such as `+02:00`. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,99}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function localParts(at: number, zone: string): LocalParts {
  const local = zonedDateTime(at, zone);
  return {
    year: local.year,
    month: local.month,
    day: local.day,
    hour: local.hour,
    minute: local.minute,
    second: local.second,
    millisecond: local.millisecond,
    weekday: WEEKDAYS[local.dayOfWeek - 1] as Weekday,
    date: local.toPlainDate().toString(),
    offsetMs: local.offsetNanoseconds / 1e6,
  };
}

/** The first instant of the local day that holds `at`; not always 00:00, where the clocks skip midnight. */
export function startOfDay(at: number, zone: string): number {
  return zonedDateTime(at, zone).startOfDay().epochMilliseconds;
}

/** The first instant of the local day after the one that holds `at`. */
export function startOfNextDay(at: number, zone: string): number {
  return zonedDateTime(at, zone).add({ days: 1 }).startOfDay().epochMilliseconds;
}

/** Local time minus UTC at this instant, in milliseconds. */
export function offsetMs(at: number, zone: string): number {
  return zonedDateTime(at, zone).offsetNanoseconds / 1e6;
}

/** The next instant after `at` at which the zone's clocks are changed, or null where no change is known. */
export function nextTransition(at: number, zone: string): number | null {
  return zonedDateTime(at, zone).getTimeZoneTransition('next')?.epochMilliseconds ?? null;
}

/**
 * The first instant at which the zone's clock shows `wall` or later. A time that the clocks skip is the end of the
 * gap; a time that comes twice is the first of the two. `wall` counts milliseconds as if the clock showed UTC.
 */
export function firstInstantAt(wall: number, zone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDateTime();
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds;
  // In a gap, `earlier` lies before the change by the length of the gap.
  return earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? earlier.epochMilliseconds;
}

/** `at` as a zoned date-time. Throws a ScheduleError for an unknown zone or an instant that is none. */
export function zonedDateTime(at: number, zone: string): Temporal.ZonedDateTime {
  if (!Number.isInteger(at) || Math.abs(at) > 8.64e15) {
    throw new ScheduleError('time_out_of_range', `${at} is not an instant in whole milliseconds since 1970`);
  }
  try {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  } catch {
    throw unknownZone(zone);
  }
}

export function unknownZone(zone: string): ScheduleError {
  return new ScheduleError(
    'invalid_zone',
    `${JSON.stringify(zone)} is not a time zone; write an IANA name such as Europe/Berlin or America/New_York`,
  );
}
