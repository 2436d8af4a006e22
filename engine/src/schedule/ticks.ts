/** When a schedule fires next, and what to do about ticks that nobody was there to fire. */
import { compileCron, type NextTime } from './cron.ts';
import { parseDuration } from './duration.ts';
import { nextEveryTime } from './every.ts';

/** Instants are milliseconds since the epoch, zones IANA names. */
export type ScheduleRule =
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string }
  | { readonly kind: 'every'; readonly every: string; readonly zone: string; readonly anchor: number };

/**
 * What becomes of missed ticks: `skip` fires none of them, `once` one run for all of them (none where a tick that is
 * on time stands for them), `all` each, the oldest first, up to `cap`.
 */
export type MissedPolicy = { readonly policy: 'skip' | 'once' | 'all'; readonly cap: number };

export type DueTicks = {
  /** To fire now, oldest first. */
  readonly ticks: readonly number[];
  /** How many were passed over. Counts no further than DROPPED_COUNT_LIMIT. */
  readonly dropped: number;
  /** The next tick to store, after `now`; null where the schedule has ended. */
  readonly next: number | null;
};

export const DROPPED_COUNT_LIMIT = 1000;

/** The first tick strictly after `after`; null where none will ever come. */
export function nextTick(rule: ScheduleRule, after: number): number | null {
  return compile(rule)(after);
}

/**
 * Decides what a scheduler does at `now` with a schedule whose stored next tick is `next`. A tick that is late by at
 * most `graceMs` is on time and always fires; those before it were missed and follow the policy.
 */
export function dueTicks(args: {
  readonly rule: ScheduleRule;
  readonly missed: MissedPolicy;
  readonly next: number;
  readonly now: number;
  readonly graceMs: number;
}): DueTicks {
  const { rule, missed, next, now, graceMs } = args;
  if (next > now) return { ticks: [], dropped: 0, next };
  const follow = compile(rule);
  const onTimeFrom = now - graceMs;
  const onTime = next >= onTimeFrom ? [next, ...between(follow, next, now)] : [...between(follow, onTimeFrom - 1, now)];
  const following = follow(now);
  if (next >= onTimeFrom) return { ticks: onTime, dropped: 0, next: following };
  const { fired, dropped } = missedTicks(follow, missed, next, onTimeFrom - 1, onTime.length > 0);
  return { ticks: [...fired, ...onTime], dropped, next: following };
}

/** The missed ticks are `first` and all that follow up to `last`. */
function missedTicks(
  follow: NextTime,
  missed: MissedPolicy,
  first: number,
  last: number,
  anyOnTime: boolean,
): { readonly fired: readonly number[]; readonly dropped: number } {
  switch (missed.policy) {
    case 'skip':
      return { fired: [], dropped: 1 + countBetween(follow, first, last, DROPPED_COUNT_LIMIT - 1) };
    case 'once': {
      const others = countBetween(follow, first, last, DROPPED_COUNT_LIMIT - 1);
      return anyOnTime ? { fired: [], dropped: 1 + others } : { fired: [latest(follow, first, last)], dropped: others };
    }
    case 'all': {
      const fired = [first, ...between(follow, first, last).take(Math.max(0, missed.cap - 1))];
      return { fired, dropped: countBetween(follow, fired.at(-1) ?? first, last, DROPPED_COUNT_LIMIT) };
    }
  }
}

function compile(rule: ScheduleRule): NextTime {
  switch (rule.kind) {
    case 'cron':
      return compileCron(rule.cron, rule.zone);
    case 'every': {
      const every = parseDuration(rule.every);
      return (after) => nextEveryTime(every, rule.zone, rule.anchor, after);
    }
  }
}

/** The ticks after `after` up to `last`, both ends as said. */
function* between(follow: NextTime, after: number, last: number): Generator<number, undefined> {
  for (let tick = follow(after); tick !== null && tick <= last; tick = follow(tick)) yield tick;
}

function countBetween(follow: NextTime, after: number, last: number, limit: number): number {
  let count = 0;
  for (const _ of between(follow, after, last).take(limit)) count += 1;
  return count;
}

/** The last tick up to `last`, found by halving: years of missed minutes need not be walked one by one. */
function latest(follow: NextTime, first: number, last: number): number {
  let found = first;
  let low = first;
  let high = last;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const tick = follow(middle);
    if (tick !== null && tick <= last) {
      found = tick;
      low = tick;
    } else {
      high = middle;
    }
  }
  return found;
}
