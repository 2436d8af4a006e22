/** Longer waits are taken as this: a run should not sleep for a year because a service said so. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * How long a service asks to wait, in milliseconds, by its `Retry-After` header: seconds or an HTTP date.
 * Undefined where there is none or it makes no sense; a date in the past is 0; at most a day.
 */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return clamp(Number(text) * 1000);
  // Date.parse takes almost anything; an HTTP date begins with its weekday and is in GMT.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : clamp(date - now.getTime());
}

function clamp(waitMs: number): number {
  return Math.min(Math.max(Math.ceil(waitMs), 0), MAX_RETRY_AFTER_MS);
}
