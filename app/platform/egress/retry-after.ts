/** Longer waits are taken as this: a run should not sleep for a year because a service said so. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * How long a service asks to wait, in milliseconds, by its `Retry-After` header: seconds or an HTTP date.
 * Undefined where there is none or it makes no sense; a date in the past is 0; at most a day.
 * A date is counted from the service's own `Date`: its clock wrote both, and ours may be wrong. `now` is for an answer
 * without one. Header names in lower case.
 */
export function readRetryAfter(headers: Readonly<Record<string, string>>, now: Date): number | undefined {
  const text = headers['retry-after']?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return clamp(Number(text) * 1000);
  const until = readHttpDate(text);
  return until === undefined ? undefined : clamp(until - (readHttpDate(headers.date) ?? now.getTime()));
}

/** Milliseconds since the epoch. */
function readHttpDate(text: string | undefined): number | undefined {
  // Date.parse takes almost anything; an HTTP date begins with its weekday and is in GMT.
  if (text === undefined || !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

function clamp(waitMs: number): number {
  return Math.min(Math.max(Math.ceil(waitMs), 0), MAX_RETRY_AFTER_MS);
}
