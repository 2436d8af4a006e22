/** Lengths of time as linear workflows write them: milliseconds, `2 hours`, `{ duration: 2, unit: 'hours' }`, ISO 8601. */

import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { duration } from './format.ts';
import { plainText } from './plain-text.ts';

const ISO_UNITS: Readonly<Record<string, (count: string) => string>> = {
  second: (count) => `PT${count}S`,
  minute: (count) => `PT${count}M`,
  hour: (count) => `PT${count}H`,
  day: (count) => `P${count}D`,
  week: (count) => `P${count}W`,
  month: (count) => `P${count}M`,
  year: (count) => `P${count}Y`,
};
const UNIT_NAMES: Readonly<Record<string, string>> = {
  ...{ s: 'second', sec: 'second', second: 'second', m: 'minute', min: 'minute', minute: 'minute' },
  ...{ h: 'hour', hr: 'hour', hour: 'hour', d: 'day', day: 'day', w: 'week', week: 'week', mo: 'month' },
  ...{ month: 'month', y: 'year', year: 'year', ms: 'ms', millisecond: 'ms' },
};
const AMOUNT_KEYS = ['for', 'duration', 'delay', 'amount', 'value', 'time', 'wait'] as const;
const UNIT_KEYS = ['unit', 'units', 'timeUnit'] as const;
const MINUTE_MS = 60_000;

/** An ISO 8601 duration, or null where the value names no length of time. A bare number is milliseconds. */
export function readDuration(value: Json | undefined): string | null {
  if (typeof value === 'number') return durationOfMs(value);
  if (typeof value === 'string') return durationOfText(value.trim());
  return isJsonObject(value) ? durationOfFields(value) : null;
}

/** `7200000` is `PT2H`, `1500` is `PT1.5S`. Null for what is no length of time. */
export function durationOfMs(ms: number): string | null {
  if (!Number.isSafeInteger(Math.round(ms)) || ms < 0) return null;
  const whole = Math.round(ms);
  if (whole > 0 && whole % (60 * MINUTE_MS) === 0) return `PT${whole / (60 * MINUTE_MS)}H`;
  if (whole > 0 && whole % MINUTE_MS === 0) return `PT${whole / MINUTE_MS}M`;
  return `PT${Math.floor(whole / 1000)}${
    whole % 1000 === 0
      ? ''
      : `.${String(whole % 1000)
          .padStart(3, '0')
          .replace(/0+$/, '')}`
  }S`;
}

function durationOfText(text: string): string | null {
  if (duration.safeParse(text).success) return text;
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  return match === null ? null : durationOf(match[1] ?? '', match[2] || 'ms');
}

function durationOfFields(fields: JsonObject): string | null {
  const amount = AMOUNT_KEYS.map((key) => fields[key]).find((given) => given !== undefined);
  const unit = UNIT_KEYS.map((key) => fields[key]).find((given) => typeof given === 'string');
  if (amount !== undefined && typeof unit === 'string') return durationOf(plainText(amount), unit);
  if (amount !== undefined) return readDuration(amount);
  for (const [key, given] of Object.entries(fields)) {
    if (unitName(key) !== null && (typeof given === 'number' || typeof given === 'string')) {
      return durationOf(String(given), key);
    }
  }
  return null;
}

function durationOf(count: string, unit: string): string | null {
  const name = unitName(unit);
  const amount = Number(count);
  if (name === null || count.trim() === '' || !Number.isFinite(amount) || amount < 0) return null;
  if (name === 'ms') return durationOfMs(amount);
  if (Number.isInteger(amount)) return ISO_UNITS[name]?.(String(amount)) ?? null;
  const unitMs = { second: 1000, minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 1440 * MINUTE_MS }[name];
  return unitMs === undefined ? null : durationOfMs(amount * unitMs);
}

function unitName(unit: string): string | null {
  const name = unit.toLowerCase();
  const singular = name.length > 2 && name.endsWith('s') ? name.slice(0, -1) : name;
  return Object.hasOwn(UNIT_NAMES, singular) ? (UNIT_NAMES[singular] ?? null) : null;
}
