/** ISO 8601 durations: calendar units follow the wall clock of a zone, time units are exact. */
import { ScheduleError } from './schedule-error.ts';
import { zonedDateTime } from './zone.ts';

/** A parsed duration. Every part is zero or more; `sign` is that of the whole. */
export type Duration = {
  readonly sign: 1 | -1;
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
};

const PATTERN =
  /^(-?)P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Clocks in Antarctica/Troll go back by two hours in autumn. */
const LONGEST_DAY_MS = 26 * HOUR_MS;
/** The range of JavaScript dates, and so the longest duration that can lead from one instant to another. */
const MAX_TOTAL_MS = 2 * 8.64e15;
const MAX_TEXT_CHARS = 100;

/**
 * Reads `PT2H`, `P30D`, `P1M`, `-P3D`, `PT0.5S`. Fractions are allowed in seconds only, and kept to the millisecond.
 * Throws a ScheduleError where the text is none, or is longer than any two dates lie apart.
 */
export function parseDuration(text: string): Duration {
  const match = text.length <= MAX_TEXT_CHARS ? PATTERN.exec(text) : null;
  if (match === null) {
    throw new ScheduleError(
      'invalid_duration',
      `${quoted(text)} is not a duration; write an ISO 8601 duration such as PT30S, PT2H, P30D or P1M`,
    );
  }
  const part = (index: number) => Number(match[index] ?? 0);
  const duration: Duration = {
    sign: match[1] === '-' ? -1 : 1,
    years: part(2),
    months: part(3),
    weeks: part(4),
    days: part(5),
    hours: part(6),
    minutes: part(7),
    seconds: part(8),
    milliseconds: Math.trunc(Number(`0.${match[9] ?? 0}`) * SECOND_MS),
  };
  if (nominalMs(duration) > MAX_TOTAL_MS) {
    throw new ScheduleError(
      'invalid_duration',
      `${quoted(text)} is too long a duration; the limit is about 500,000 years`,
    );
  }
  return duration;
}

/**
 * The instant that lies `duration` after `at` (before it, where negative), in milliseconds since the epoch.
 * Years to days move the wall clock of `zone` and keep its time of day: a time that the clocks skip moves on by the
 * length of the gap, one that comes twice is the first. Hours to seconds are then added exactly.
 */
export function addDuration(at: number, duration: string | Duration, zone: string): number {
  const { sign, years, months, weeks, days, ...time } =
    typeof duration === 'string' ? parseDuration(duration) : duration;
  const exactMs = sign * timeMs(time);
  if (years === 0 && months === 0 && weeks === 0 && days === 0) return inRange(at + exactMs);
  const start = zonedDateTime(at, zone);
  try {
    const moved = start.add({ years: sign * years, months: sign * months, weeks: sign * weeks, days: sign * days });
    return inRange(moved.epochMilliseconds + exactMs);
  } catch (error) {
    if (error instanceof RangeError) throw outOfRange();
    throw error;
  }
}

/** No duration of these units takes longer than this, whatever the date and zone. Milliseconds, never negative. */
export function longestMs(duration: string | Duration): number {
  return totalMs(duration, 366 * DAY_MS, 31 * DAY_MS, LONGEST_DAY_MS, 2 * HOUR_MS);
}

/** The duration by the book, where no date is at hand: a day of 24 hours, a month of 30 days, a year of 365. */
export function nominalMs(duration: string | Duration): number {
  return totalMs(duration, 365 * DAY_MS, 30 * DAY_MS, DAY_MS, 0);
}

/** True where nothing is added at all. */
export function isZero(duration: Duration): boolean {
  return nominalMs(duration) === 0;
}

/** For people: `PT2H` is "2 hours", `P1DT4H` "1 day and 4 hours", `-P3D` "3 days before". */
export function describeDuration(text: string): string {
  const duration = parseDuration(text);
  const seconds = duration.seconds + duration.milliseconds / SECOND_MS;
  const parts = [
    counted(duration.years, 'year'),
    counted(duration.months, 'month'),
    counted(duration.weeks, 'week'),
    counted(duration.days, 'day'),
    counted(duration.hours, 'hour'),
    counted(duration.minutes, 'minute'),
    counted(seconds, 'second'),
  ].filter((part) => part !== null);
  const last = parts.pop();
  if (last === undefined) return '0 seconds';
  const all = parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
  return duration.sign === -1 ? `${all} before` : all;
}

function totalMs(
  duration: string | Duration,
  yearMs: number,
  monthMs: number,
  dayMs: number,
  clockChangeMs: number,
): number {
  const { years, months, weeks, days, ...time } = typeof duration === 'string' ? parseDuration(duration) : duration;
  const longUnitsMs = years * yearMs + months * monthMs;
  return longUnitsMs + (longUnitsMs > 0 ? clockChangeMs : 0) + (weeks * 7 + days) * dayMs + timeMs(time);
}

function timeMs(time: Pick<Duration, 'hours' | 'minutes' | 'seconds' | 'milliseconds'>): number {
  return time.hours * HOUR_MS + time.minutes * MINUTE_MS + time.seconds * SECOND_MS + time.milliseconds;
}

function inRange(at: number): number {
  if (!(Math.abs(at) <= 8.64e15)) throw outOfRange();
  return at;
}

function outOfRange(): ScheduleError {
  return new ScheduleError('time_out_of_range', 'the duration leads to a date beyond the year 275,760');
}

function counted(count: number, unit: string): string | null {
  if (count === 0) return null;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
