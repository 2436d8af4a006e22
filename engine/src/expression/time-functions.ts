import type { Temporal } from 'temporal-polyfill';
import { type CelFunction, DURATION_TYPE, NUMBER_TYPE, TEXT_TYPE, TIMESTAMP_TYPE } from './cel-function.ts';
import { lengthMs, parseDuration, parseTimestamp, timestampAt, zonedAt } from './cel-time.ts';
import { type CelValue, Duration, Timestamp } from './cel-value.ts';
import { type Frame, spend } from './frame.ts';

/** What reading the calendar of a zone costs, in steps. */
const ZONE_STEPS = 50;
const MOMENT = { name: 'time', kinds: ['timestamp'] } as const;
const ZONE = { name: 'zone', kinds: ['string'] } as const;

export const timeFunctions: Readonly<Record<string, CelFunction>> = {
  timestamp: {
    params: [{ name: 'time', kinds: ['string', 'number', 'timestamp'] }],
    returns: TIMESTAMP_TYPE,
    run: ([value], frame) => toTimestamp(value ?? null, frame),
  },
  duration: {
    params: [{ name: 'duration', kinds: ['string', 'duration'] }],
    returns: DURATION_TYPE,
    run: ([value]) => (value instanceof Duration ? value : parseDuration(value as string)),
  },
  getFullYear: calendarPart((at) => at.year),
  getMonth: calendarPart((at) => at.month - 1),
  getDate: calendarPart((at) => at.day),
  getDayOfMonth: calendarPart((at) => at.day - 1),
  getDayOfWeek: calendarPart((at) => at.dayOfWeek % 7),
  getDayOfYear: calendarPart((at) => at.dayOfYear - 1),
  getHours: clockPart((at) => at.hour, 3_600_000),
  getMinutes: clockPart((at) => at.minute, 60_000),
  getSeconds: clockPart((at) => at.second, 1000),
  getMilliseconds: clockPart((at) => at.millisecond, 1),
  date: {
    params: [MOMENT, ZONE],
    optional: 1,
    returns: { ...TEXT_TYPE, format: 'date' },
    run: ([moment, zone], frame) => zoned(moment, zone, frame).toPlainDate().toString(),
  },
};

function toTimestamp(value: CelValue, frame: Frame): Timestamp {
  spend(frame, ZONE_STEPS);
  if (value instanceof Timestamp) return value;
  if (typeof value === 'number') return timestampAt(value * 1000);
  return parseTimestamp(value as string, frame.names.org.timezone);
}

function calendarPart(read: (at: Temporal.ZonedDateTime) => number): CelFunction {
  return {
    params: [MOMENT, ZONE],
    optional: 1,
    returns: NUMBER_TYPE,
    run: ([moment, zone], frame) => read(zoned(moment, zone, frame)),
  };
}

/** Of a moment: the hand of the clock. Of a duration: its whole length in that unit. */
function clockPart(read: (at: Temporal.ZonedDateTime) => number, unitMs: number): CelFunction {
  return {
    params: [{ name: 'time or duration', kinds: ['timestamp', 'duration'] }, ZONE],
    optional: 1,
    returns: NUMBER_TYPE,
    run: ([value, zone], frame) =>
      value instanceof Duration ? Math.trunc(lengthMs(value) / unitMs) + 0 : read(zoned(value, zone, frame)),
  };
}

/** CEL reads the clock in UTC unless a zone is named, as in `now.getHours(org.timezone)`. */
function zoned(moment: CelValue | undefined, zone: CelValue | undefined, frame: Frame): Temporal.ZonedDateTime {
  spend(frame, ZONE_STEPS);
  return zonedAt((moment as Timestamp).ms, (zone as string | undefined) ?? 'UTC');
}
