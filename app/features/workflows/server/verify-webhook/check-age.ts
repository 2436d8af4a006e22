import { nominalMs } from '@mainspring/engine/schedule/duration.ts';

const DEFAULT_TOLERANCE_MS = 5 * 60 * 1000;
/** Seconds since 1970 stay below this until the year 5138; greater numbers are milliseconds. */
const FIRST_MILLISECONDS = 100_000_000_000;

/** The time of sending in milliseconds since the epoch; undefined for anything but a whole number. */
export function readTimestamp(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value < FIRST_MILLISECONDS ? value * 1000 : value;
}

/** Neither too old nor from the future: both would let a request be sent again later. */
export function isNear(atMs: number, nowMs: number, toleranceMs: number): boolean {
  return Math.abs(nowMs - atMs) <= toleranceMs;
}

/** An ISO 8601 duration in milliseconds; five minutes where none is given. */
export function toleranceMs(tolerance: string | undefined): number {
  return tolerance === undefined ? DEFAULT_TOLERANCE_MS : nominalMs(tolerance);
}
