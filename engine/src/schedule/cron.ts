/**
 * Cron patterns of five fields in any time zone. The pattern is matched on the wall clock alone; when the clock
 * shows a matching time is decided here, by these rules for the days on which clocks change:
 *
 * 1. A pattern that names its times (`30 2 * * *`) runs exactly once for each: right after the gap where the clocks
 *    skip it, at the first of the two where it comes twice.
 * 2. A pattern for every hour (`15 * * * *`) runs in every hour that really passes: skipped times are not made up
 *    for, repeated ones run again.
 * 3. A pattern that repeats within certain hours (every 10 minutes from 2 to 3) runs again in a repeated hour, and once right after
 *    the gap where its time was skipped.
 */
import { CronDate, CronPattern } from 'croner';
import { ScheduleError } from './schedule-error.ts';
import { firstInstantAt, nextTransition, offsetMs } from './zone.ts';

/** The ticks strictly after an instant, both in milliseconds since the epoch; null where none will ever come. */
export type NextTime = (after: number) => number | null;

const MAX_PATTERN_CHARS = 200;
/** Any instant will do to find out whether a pattern ever fires: the calendar repeats every 400 years. */
const SOME_INSTANT = Date.UTC(2000, 0, 1);
const MATCHING = { domAndDow: false };

/** What is wrong with a pattern, for people, or null where it can be used. A pattern that never fires is wrong. */
export function checkCron(source: string): string | null {
  const parsed = parse(source);
  if (typeof parsed === 'string') return parsed;
  if (nextWall(parsed, SOME_INSTANT) === null) return `${quoted(source)} never fires: no year has such a day`;
  return null;
}

/** The first time after `after`, strictly, at which the pattern fires in `zone`; null where it never does. */
export function nextCronTime(source: string, zone: string, after: number): number | null {
  return compileCron(source, zone)(after);
}

/** As `nextCronTime`, for many times of one pattern. Throws a ScheduleError for a pattern that cannot be read. */
export function compileCron(source: string, zone: string): NextTime {
  const pattern = parse(source);
  if (typeof pattern === 'string') throw new ScheduleError('invalid_cron', pattern);
  const everyHour = pattern.hour.every((on) => on);
  if (everyHour || repeatsWithinHour(source)) return (after) => nextInRealTime(pattern, zone, after, !everyHour);
  return (after) => nextNamedTime(pattern, zone, after);
}

/** Rule 1. The wall time of `after` is where to begin: no earlier wall time can lead to a later instant. */
function nextNamedTime(pattern: CronPattern, zone: string, after: number): number | null {
  let wall = nextWall(pattern, after + offsetMs(after, zone));
  while (wall !== null) {
    const at = firstInstantAt(wall, zone);
    if (at > after) return at;
    wall = nextWall(pattern, wall);
  }
  return null;
}

/** Rules 2 and 3. Walks the stretches of time between two changes of the clocks; within one, wall time is linear. */
function nextInRealTime(pattern: CronPattern, zone: string, after: number, makeUpForGap: boolean): number | null {
  let offset = offsetMs(after, zone);
  let beforeWall = after + offset;
  let end = nextTransition(after, zone);
  for (;;) {
    const wall = nextWall(pattern, beforeWall);
    if (wall === null) return null;
    if (end === null || wall - offset < end) return wall - offset;
    const nextOffset = offsetMs(end, zone);
    if (makeUpForGap && wall < end + nextOffset) return end;
    beforeWall = end + nextOffset - 1;
    offset = nextOffset;
    end = nextTransition(end, zone);
  }
}

/** The next matching wall time strictly after `wall`, both as if the clock showed UTC. */
function nextWall(pattern: CronPattern, wall: number): number | null {
  return new CronDate(new Date(wall), 0).increment(pattern, MATCHING, false)?.getTime() ?? null;
}

function parse(source: string): CronPattern | string {
  if (source.length > MAX_PATTERN_CHARS) return `a cron pattern has at most ${MAX_PATTERN_CHARS} characters`;
  if (source.includes('@')) {
    return `${quoted(source)} is a nickname; write its five fields instead, such as 0 9 * * * for daily at 09:00`;
  }
  const fields = fieldsOf(source);
  if (fields.length !== 5) {
    return `${quoted(source)} has ${fields.length} field${fields.length === 1 ? '' : 's'}; a cron pattern has 5: minute, hour, day of month, month, day of week`;
  }
  try {
    return new CronPattern(fields.join(' '), undefined, { mode: '5-part' });
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^CronPattern: (Syntax error, )?/, '') : String(error);
    return `${quoted(source)} is not a cron pattern: ${reason}`;
  }
}

function repeatsWithinHour(source: string): boolean {
  const minute = fieldsOf(source)[0] ?? '';
  return /[*?/]/.test(minute);
}

function fieldsOf(source: string): readonly string[] {
  return source.match(/\S+/g) ?? [];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
