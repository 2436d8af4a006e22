import type { Temporal } from 'temporal-polyfill';

type Moment = Temporal.ZonedDateTime;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const DIRECTIVE = /%([-_0^#:]{0,5})(\d{0,2})([a-zA-Z%])/g;

/** Directives that are numbers: how to read them, how wide they are, and what fills them up. */
const NUMBERS: Readonly<Record<string, readonly [(at: Moment) => number, number, string]>> = {
  C: [(at) => Math.floor(at.year / 100), 2, '0'],
  d: [(at) => at.day, 2, '0'],
  e: [(at) => at.day, 2, ' '],
  H: [(at) => at.hour, 2, '0'],
  I: [(at) => at.hour % 12 || 12, 2, '0'],
  j: [(at) => at.dayOfYear, 3, '0'],
  k: [(at) => at.hour, 2, ' '],
  l: [(at) => at.hour % 12 || 12, 2, ' '],
  L: [(at) => at.millisecond, 3, '0'],
  m: [(at) => at.month, 2, '0'],
  M: [(at) => at.minute, 2, '0'],
  s: [(at) => Math.floor(at.epochMilliseconds / 1000), 0, '0'],
  S: [(at) => at.second, 2, '0'],
  u: [(at) => at.dayOfWeek, 0, '0'],
  U: [(at) => Math.floor((at.dayOfYear + 6 - (at.dayOfWeek % 7)) / 7), 2, '0'],
  w: [(at) => at.dayOfWeek % 7, 0, '0'],
  W: [(at) => Math.floor((at.dayOfYear + 7 - at.dayOfWeek) / 7), 2, '0'],
  V: [(at) => at.weekOfYear ?? 0, 2, '0'],
  G: [(at) => at.yearOfWeek ?? at.year, 4, '0'],
  y: [(at) => at.year % 100, 2, '0'],
  Y: [(at) => at.year, 4, '0'],
};

const TEXTS: Readonly<Record<string, (at: Moment) => string>> = {
  a: (at) => (DAYS[at.dayOfWeek - 1] ?? '').slice(0, 3),
  A: (at) => DAYS[at.dayOfWeek - 1] ?? '',
  b: (at) => (MONTHS[at.month - 1] ?? '').slice(0, 3),
  h: (at) => (MONTHS[at.month - 1] ?? '').slice(0, 3),
  B: (at) => MONTHS[at.month - 1] ?? '',
  N: (at) => String(at.millisecond).padStart(3, '0').padEnd(9, '0'),
  p: (at) => (at.hour < 12 ? 'AM' : 'PM'),
  P: (at) => (at.hour < 12 ? 'am' : 'pm'),
  q: (at) => ordinal(at.day),
  Z: (at) => at.timeZoneId,
  t: () => '\t',
  n: () => '\n',
  '%': () => '%',
};

/** Directives that stand for several others. */
const SHORTHANDS: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/**
 * A moment as `strftime` writes it, in English: `%Y-%m-%d %H:%M`, with the flags `-` (no filling), `_`, `0`, `^`
 * (upper case), `#` (swapped case), `:` (in `%:z`) and a width. An unknown directive stays as it is.
 */
export function formatTime(at: Moment, format: string): string {
  return format.replaceAll(DIRECTIVE, (whole, flags: string, width: string, letter: string) => {
    const shorthand = SHORTHANDS[letter];
    if (shorthand !== undefined) return inCase(formatTime(at, shorthand), flags).padStart(Number(width), ' ');
    if (letter === 'z') return offset(at, flags.includes(':'));
    const number = NUMBERS[letter];
    if (number) return filled(String(number[0](at)), flags, Number(width) || number[1], number[2]);
    const text = TEXTS[letter];
    return text ? filled(inCase(text(at), flags), flags, Number(width), ' ') : whole;
  });
}

function filled(text: string, flags: string, width: number, filling: string): string {
  if (flags.includes('-')) return text;
  return text.padStart(width, flags.includes('_') ? ' ' : flags.includes('0') ? '0' : filling);
}

function inCase(text: string, flags: string): string {
  if (flags.includes('^')) return text.toUpperCase();
  if (!flags.includes('#')) return text;
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

function offset(at: Moment, colon: boolean): string {
  return colon ? at.offset : at.offset.replace(':', '');
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}
