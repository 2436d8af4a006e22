import type { Temporal } from 'temporal-polyfill';
import { parseTimestamp, timestampAt, zonedAt } from './cel-time.ts';
import { type CelValue, Timestamp } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { formatTime } from './format-time.ts';
import { boundedText, type Frame, spend } from './frame.ts';
import { type LiquidFilter, textArg } from './liquid-filter.ts';

/** What reading the calendar of a zone costs, in steps. */
const ZONE_STEPS = 50;
const MAX_FORMAT_CHARS = 200;
const DEFAULT_FORMAT = '%A, %B %-e, %Y at %-l:%M %P %z';

/** `now` and `today` are the evaluation's own time; dates are shown in the organization's zone, in English. */
export const dateFilters: Readonly<Record<string, LiquidFilter>> = {
  date: (input, args, frame) => {
    const format = args[0] === undefined || args[0] === null ? DEFAULT_FORMAT : textArg(args, 0, frame);
    const zone = args[1] === undefined || args[1] === null ? undefined : textArg(args, 1, frame);
    return show(input, format, frame, zone);
  },
  date_to_xmlschema: (input, _args, frame) => show(input, '%Y-%m-%dT%H:%M:%S%:z', frame),
  date_to_rfc822: (input, _args, frame) => show(input, '%a, %d %b %Y %H:%M:%S %z', frame),
  date_to_string: (input, _args, frame) => show(input, '%d %b %Y', frame),
  date_to_long_string: (input, _args, frame) => show(input, '%d %B %Y', frame),
};

/** What is no time is left as it is, as Liquid has it. */
function show(input: CelValue, format: string, frame: Frame, zone?: string): CelValue {
  if (format.length > MAX_FORMAT_CHARS) {
    throw new ExpressionError('limit_exceeded', `a date format may have ${MAX_FORMAT_CHARS} characters`);
  }
  const at = readMoment(input, frame, zone ?? frame.names.org.timezone);
  return at ? boundedText(frame, formatTime(at, format)) : input;
}

function readMoment(input: CelValue, frame: Frame, zone: string): Temporal.ZonedDateTime | undefined {
  spend(frame, ZONE_STEPS);
  const moment = momentOf(input, frame, zone);
  return moment && zonedAt(moment.ms, zone);
}

function momentOf(input: CelValue, frame: Frame, zone: string): Timestamp | undefined {
  if (input instanceof Timestamp) return input;
  if (input === 'now' || input === 'today') return new Timestamp(frame.names.now);
  if (typeof input !== 'string') return typeof input === 'number' ? timestampAt(input * 1000) : undefined;
  if (/^\d{1,12}$/.test(input)) return timestampAt(Number(input) * 1000);
  try {
    return parseTimestamp(input, zone);
  } catch {
    return undefined;
  }
}
