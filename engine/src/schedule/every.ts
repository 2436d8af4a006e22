/** Ticks at a steady distance from an anchor, without drift. */
import { addDuration, type Duration, isZero, nominalMs, parseDuration } from './duration.ts';
import { ScheduleError } from './schedule-error.ts';

/** Nothing runs more often than this. */
const SHORTEST_EVERY_MS = 1000;

/**
 * The first time after `after`, strictly, that lies a whole number of durations after `anchor` (the anchor itself
 * included). Each is computed from the anchor, so `P1M` from 31 January gives the end of February and then 31 March.
 */
export function nextEveryTime(every: string | Duration, zone: string, anchor: number, after: number): number {
  const duration = typeof every === 'string' ? parseDuration(every) : every;
  const problem = problemOf(duration);
  if (problem !== null) throw new ScheduleError('invalid_duration', problem);
  if (after < anchor) return anchor;
  const timeOf = (count: number) => addDuration(anchor, multiply(duration, count), zone);
  // Bounds that hold for every calendar: a unit is never a tenth shorter or longer than by the book, give or take a day.
  const guess = (after - anchor) / nominalMs(duration);
  let low = Math.max(0, Math.floor(guess * 0.9) - 2);
  while (low > 0 && timeOf(low) > after) low = Math.max(0, low - 2);
  let high = Math.ceil(guess * 1.1) + 2;
  while (timeOf(high) <= after) high += 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (timeOf(middle) > after) high = middle;
    else low = middle;
  }
  return timeOf(high);
}

/** What is wrong with the distance between two ticks, for people, or null where it can be used. */
export function checkEvery(every: string): string | null {
  try {
    return problemOf(parseDuration(every));
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

function problemOf(every: Duration): string | null {
  if (isZero(every)) return 'a schedule cannot repeat every 0 seconds; write a duration such as PT15M or P1D';
  if (every.sign === -1) return 'a schedule cannot repeat backwards; write the duration without its sign';
  if (nominalMs(every) < SHORTEST_EVERY_MS) return 'a schedule repeats at most once a second; write PT1S or more';
  return null;
}

function multiply(duration: Duration, count: number): Duration {
  return {
    sign: duration.sign,
    years: duration.years * count,
    months: duration.months * count,
    weeks: duration.weeks * count,
    days: duration.days * count,
    hours: duration.hours * count,
    minutes: duration.minutes * count,
    seconds: duration.seconds * count,
    milliseconds: duration.milliseconds * count,
  };
}
