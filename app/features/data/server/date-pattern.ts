/** Dates as text: presets of the locale, and patterns of the usual letters (a part of Unicode TR 35). */

export const DATE_PRESETS = {
  date: { dateStyle: 'long' },
  short_date: { dateStyle: 'short' },
  time: { timeStyle: 'short' },
  datetime: { dateStyle: 'long', timeStyle: 'short' },
  weekday: { weekday: 'long' },
  month: { month: 'long', year: 'numeric' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

type Clock = { readonly at: Date; readonly locale: string; readonly timeZone: string };

const TOKEN =
  /'((?:[^']|'')*)'|yyyy|yy|MMMM|MMM|MM|M|dd|d|EEEE|EEE|HH|H|hh|h|mm|m|ss|s|SSS|a|XXX|[A-Za-z]+|[^A-Za-z']+|'/g;

const NUMERIC: Intl.DateTimeFormatOptions = {
  calendar: 'iso8601',
  numberingSystem: 'latn',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'longOffset',
};

/** The text of a pattern, or the letters in it that mean nothing. Text in single quotes stands for itself. */
export function formatByPattern(pattern: string, clock: Clock): { text: string } | { unknown: string } {
  const parts = partsOf(clock, 'en', NUMERIC);
  let text = '';
  for (const match of pattern.matchAll(TOKEN)) {
    const [token, quoted] = match;
    const written = quoted === undefined ? writeToken(token, parts, clock) : quoted.replaceAll("''", "'") || "'";
    if (written === undefined) return { unknown: token };
    text += written;
  }
  return { text };
}

function writeToken(token: string, parts: Parts, clock: Clock): string | undefined {
  const hour = Number(parts.hour);
  const hour12 = String(hour % 12 || 12);
  switch (token) {
    case 'yyyy':
      return parts.year.padStart(4, '0');
    case 'yy':
      return parts.year.slice(-2);
    case 'MMMM':
      return partsOf(clock, clock.locale, { month: 'long', day: 'numeric' }).month;
    case 'MMM':
      return partsOf(clock, clock.locale, { month: 'short', day: 'numeric' }).month;
    case 'EEEE':
      return partsOf(clock, clock.locale, { weekday: 'long' }).weekday;
    case 'EEE':
      return partsOf(clock, clock.locale, { weekday: 'short' }).weekday;
    case 'MM':
      return parts.month;
    case 'M':
      return String(Number(parts.month));
    case 'dd':
      return parts.day;
    case 'd':
      return String(Number(parts.day));
    case 'HH':
      return parts.hour;
    case 'H':
      return String(hour);
    case 'hh':
      return hour12.padStart(2, '0');
    case 'h':
      return hour12;
    case 'mm':
      return parts.minute;
    case 'm':
      return String(Number(parts.minute));
    case 'ss':
      return parts.second;
    case 's':
      return String(Number(parts.second));
    case 'SSS':
      return String(clock.at.getTime() % 1000).padStart(3, '0');
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'XXX':
      return offsetOf(parts);
    default:
      return /^[A-Za-z']/.test(token) ? undefined : token;
  }
}

export function isoText(clock: Clock): string {
  const parts = partsOf(clock, 'en', NUMERIC);
  const { year, month, day, hour, minute, second } = parts;
  return `${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}${offsetOf(parts)}`;
}

/** `GMT+02:00` as `+02:00`; `GMT` and `GMT+00:00` as `Z`. */
function offsetOf(parts: Parts): string {
  const offset = parts.timeZoneName.replace('GMT', '');
  return offset === '' || offset === '+00:00' ? 'Z' : offset;
}

type Parts = Record<'year' | 'month' | 'day' | 'weekday' | 'hour' | 'minute' | 'second' | 'timeZoneName', string>;

function partsOf({ at, timeZone }: Clock, locale: string, options: Intl.DateTimeFormatOptions): Parts {
  const parts = new Intl.DateTimeFormat(locale, { ...options, timeZone }).formatToParts(at);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value])) as Parts;
}
