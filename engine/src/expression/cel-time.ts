import { Temporal } from 'temporal-polyfill';
import { Duration, Timestamp } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';

const ISO_DURATION =
  /^([-+])?P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const SHORT_DURATION = /^([-+])?((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/;
const SHORT_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Years 1 to 9999, as CEL has it. */
const FIRST_MS = -62_135_596_800_000;
const LAST_MS = 253_402_300_799_999;
const MAX_DURATION_MS = LAST_MS - FIRST_MS;
const MAX_DURATION_CHARS = 100;

/** Reads `PT2H`, `P30D`, `P1M`, `-P3D`, or the short form `24h`, `1h30m`, `90s`. */
export function parseDuration(text: string): Duration {
  const duration = text.length <= MAX_DURATION_CHARS ? (parseIso(text) ?? parseShort(text)) : undefined;
  if (duration) return duration;
  throw new ExpressionError(
    'evaluation_failed',
    `duration(${JSON.stringify(text.slice(0, 60))}) is not a duration; write PT2H, P30D or P1M, or 24h, 1h30m or 90s`,
  );
}

/** Reads ISO 8601. A date or a local time without offset is taken in `timezone`. */
export function parseTimestamp(text: string, timezone: string): Timestamp {
  try {
    return timestampAt(instantOf(text, timezone));
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(
      'evaluation_failed',
      `timestamp(${JSON.stringify(text.slice(0, 60))}) is not a time; write it like 2026-11-20T09:00:00Z`,
    );
  }
}

/** The moment at `ms` since the epoch, refused where no calendar of four digits has it. */
export function timestampAt(ms: number): Timestamp {
  const whole = Math.floor(ms);
  if (whole >= FIRST_MS && whole <= LAST_MS) return new Timestamp(whole);
  throw new ExpressionError('evaluation_failed', 'a point in time must lie in the years 1 to 9999');
}

/** Adds exact time by the clock and months and days by the calendar of `timezone`. */
export function addDuration(moment: Timestamp, duration: Duration, sign: 1 | -1, timezone: string): Timestamp {
  if (duration.months === 0 && duration.days === 0) return timestampAt(moment.ms + sign * duration.ms);
  const moved = zonedAt(moment.ms, timezone).add({ months: sign * duration.months, days: sign * duration.days });
  return timestampAt(moved.epochMilliseconds + sign * duration.ms);
}

export function addDurations(left: Duration, right: Duration, sign: 1 | -1): Duration {
  return bounded({
    months: left.months + sign * right.months,
    days: left.days + sign * right.days,
    ms: left.ms + sign * right.ms,
  });
}

/** Length for comparisons: a day counts as 24 hours; a month has no fixed length and is refused. */
export function lengthMs(duration: Duration): number {
  if (duration.months === 0) return duration.days * DAY_MS + duration.ms;
  throw new ExpressionError(
    'evaluation_failed',
    `${formatDuration(duration)} has no fixed length, as months differ; compare days or hours, or add it to a time first`,
  );
}

/** ISO 8601, such as `P1M2DT3H`. */
export function formatDuration(duration: Duration): string {
  const { months, days, ms } = duration;
  const negative = Math.min(months, days, ms) < 0;
  if (negative && Math.max(months, days, ms) > 0) {
    throw new ExpressionError(
      'evaluation_failed',
      'a duration that mixes months or days with a smaller one of the other sign cannot be written down',
    );
  }
  const sign = negative ? -1 : 1;
  const date = part(Math.trunc((sign * months) / 12), 'Y') + part((sign * months) % 12, 'M') + part(sign * days, 'D');
  const rest = sign * ms;
  const hours = Math.trunc(rest / HOUR_MS);
  const minutes = Math.trunc((rest % HOUR_MS) / 60_000);
  const seconds = Math.round((rest % 60_000) * 1e3) / 1e6;
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  if (date === '' && time === '') return 'PT0S';
  return `${negative ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`;
}

/** A moment on the wall clock of an IANA zone. */
export function zonedAt(ms: number, timezone: string): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone);
  } catch {
    throw new ExpressionError(
      'evaluation_failed',
      `${JSON.stringify(timezone.slice(0, 60))} is not a time zone; write an IANA name such as Europe/Berlin`,
    );
  }
}

function parseIso(text: string): Duration | undefined {
  const match = ISO_DURATION.exec(text);
  if (!match) return undefined;
  const sign = match[1] === '-' ? -1 : 1;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(2).map((digits) => Number(digits ?? 0));
  return bounded({
    months: sign * ((years ?? 0) * 12 + (months ?? 0)),
    days: sign * ((weeks ?? 0) * 7 + (days ?? 0)),
    ms: sign * ((hours ?? 0) * HOUR_MS + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1000),
  });
}

function parseShort(text: string): Duration | undefined {
  const match = SHORT_DURATION.exec(text);
  if (!match) return undefined;
  let ms = 0;
  for (const [, amount, unit] of (match[2] ?? '').matchAll(SHORT_PART))
    ms += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return bounded({ ms: match[1] === '-' ? -ms : ms });
}

function bounded(parts: { readonly months?: number; readonly days?: number; readonly ms?: number }): Duration {
  const { months = 0, days = 0, ms = 0 } = parts;
  const nominal = Math.abs(months) * 31 * DAY_MS + Math.abs(days) * DAY_MS + Math.abs(ms);
  if (nominal <= MAX_DURATION_MS) return new Duration({ months, days, ms });
  throw new ExpressionError('evaluation_failed', 'a duration must be shorter than 9,999 years');
}

function instantOf(text: string, timezone: string): number {
  if (text.length > 64) throw new RangeError('too long');
  if (/(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text) && /[T ]/i.test(text)) return Temporal.Instant.from(text).epochMilliseconds;
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?$/i.test(text)) throw new RangeError('not ISO 8601');
  const local = Temporal.PlainDateTime.from(text);
  zonedAt(0, timezone);
  return local.toZonedDateTime(timezone).epochMilliseconds;
}

function part(amount: number, unit: string): string {
  return amount === 0 ? '' : `${amount}${unit}`;
}
