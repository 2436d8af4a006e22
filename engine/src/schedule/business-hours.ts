/**
 * Hours of the day in which to act (business hours) or not to (quiet hours). A span such as 22:00 to 06:00 runs past
 * midnight and belongs to the day on which it begins. On days when clocks change, a skipped time is the end of the
 * gap and a repeated one the first of the two.
 */
import type { BusinessHours } from '../definition/format.ts';
import { ScheduleError } from './schedule-error.ts';
import { firstInstantAt, localParts, WEEKDAYS, type Weekday } from './zone.ts';

type DailySpan = { readonly from: string; readonly to: string };
type Span = { readonly opens: number; readonly closes: number };

const WORKING_DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The first instant from `at` on, in milliseconds since the epoch, that lies within the hours: `at` itself where it
 * does. Days default to Monday to Friday; equal times mean the whole day. A zone named by the hours goes before `zone`.
 */
export function nextOpen(hours: BusinessHours, zone: string, at: number): number {
  const local = hours.timezone ?? zone;
  // Each holiday can close one week at most of a place that opens on one day a week.
  const limitDays = 7 * ((hours.holidays?.length ?? 0) + 3);
  const today = localDay(at, local);
  for (let day = today - DAY_MS; day <= today + limitDays * DAY_MS; day += DAY_MS) {
    const span = opensOn(hours, day) ? spanOf(hours, local, day) : null;
    if (span !== null && span.closes > at && span.closes > span.opens) return Math.max(at, span.opens);
  }
  throw new ScheduleError('invalid_time', `the hours ${hours.from} to ${hours.to} are never open`);
}

export function isOpen(hours: BusinessHours, zone: string, at: number): boolean {
  return nextOpen(hours, zone, at) === at;
}

/** When the quiet hours that hold `at` end, or null where `at` is not quiet. Equal times mean no quiet hours. */
export function quietUntil(
  hours: DailySpan & { readonly timezone?: string | undefined },
  zone: string,
  at: number,
): number | null {
  if (hours.from === hours.to) return null;
  const local = hours.timezone ?? zone;
  const today = localDay(at, local);
  for (const day of [today - DAY_MS, today]) {
    const span = spanOf(hours, local, day);
    if (span.opens <= at && at < span.closes) return span.closes;
  }
  return null;
}

function opensOn(hours: BusinessHours, day: number): boolean {
  const date = new Date(day);
  const weekday = WEEKDAYS[(date.getUTCDay() + 6) % 7] as Weekday;
  if (!(hours.days ?? WORKING_DAYS).includes(weekday)) return false;
  return !(hours.holidays ?? []).includes(date.toISOString().slice(0, 10));
}

/** `day` is midnight of a local date, counted as if it were UTC. */
function spanOf(hours: DailySpan, zone: string, day: number): Span {
  const fromMs = minutesOf(hours.from) * 60_000;
  const toMs = minutesOf(hours.to) * 60_000;
  return {
    opens: firstInstantAt(day + fromMs, zone),
    closes: firstInstantAt(day + toMs + (toMs <= fromMs ? DAY_MS : 0), zone),
  };
}

function localDay(at: number, zone: string): number {
  const { year, month, day } = localParts(at, zone);
  return Date.UTC(year, month - 1, day);
}

function minutesOf(time: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (match === null) {
    throw new ScheduleError('invalid_time', `${JSON.stringify(time)} is not a time of day; write it as 09:00`);
  }
  return Number(match[1]) * 60 + Number(match[2]);
}
