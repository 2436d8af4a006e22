import { describe, expect, test } from 'vitest';
import { DROPPED_COUNT_LIMIT, dueTicks, type MissedPolicy, nextTick, type ScheduleRule } from './ticks.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-06-01T12:00:00Z');
const hourly: ScheduleRule = { kind: 'cron', cron: '0 * * * *', zone: 'UTC' };
const hour = (count: number) => NOON + count * HOUR;

function due(
  policy: MissedPolicy['policy'],
  next: number,
  now: number,
  options: { cap?: number; rule?: ScheduleRule } = {},
) {
  const { cap = 100, rule = hourly } = options;
  return dueTicks({ rule, missed: { policy, cap }, next, now, graceMs: 60_000 });
}

describe('nextTick', () => {
  test('follows either kind of rule', () => {
    expect(nextTick(hourly, NOON)).toBe(hour(1));
    expect(nextTick({ kind: 'every', every: 'PT2H', zone: 'UTC', anchor: NOON }, NOON)).toBe(hour(2));
  });

  test('is null for a pattern that never fires', () => {
    expect(nextTick({ kind: 'cron', cron: '0 0 30 2 *', zone: 'UTC' }, NOON)).toBeNull();
  });
});

describe('dueTicks', () => {
  test.each(['skip', 'once', 'all'] as const)('%s: nothing is due before the stored tick', (policy) => {
    expect(due(policy, hour(0), hour(0) - 1)).toEqual({ ticks: [], dropped: 0, next: hour(0) });
  });

  test.each(['skip', 'once', 'all'] as const)('%s: a tick within its grace is on time', (policy) => {
    expect(due(policy, hour(0), hour(0))).toEqual({ ticks: [hour(0)], dropped: 0, next: hour(1) });
    expect(due(policy, hour(0), hour(0) + 60_000)).toEqual({ ticks: [hour(0)], dropped: 0, next: hour(1) });
  });

  test.each([
    ['skip', [], 3],
    ['once', [hour(2)], 2],
    ['all', [hour(0), hour(1), hour(2)], 0],
  ] as const)('%s: three missed ticks', (policy, ticks, dropped) => {
    expect(due(policy, hour(0), hour(2.5))).toEqual({ ticks, dropped, next: hour(3) });
  });

  test.each([
    ['skip', [hour(2)], 2],
    ['once', [hour(2)], 2],
    ['all', [hour(0), hour(1), hour(2)], 0],
  ] as const)('%s: two missed ticks and one on time', (policy, ticks, dropped) => {
    expect(due(policy, hour(0), hour(2) + 1000)).toEqual({ ticks, dropped, next: hour(3) });
  });

  test('all: the oldest run up to the cap, the one on time runs besides', () => {
    expect(due('all', hour(0), hour(5) + 1, { cap: 2 })).toEqual({
      ticks: [hour(0), hour(1), hour(5)],
      dropped: 3,
      next: hour(6),
    });
  });

  test('two ticks within the grace both fire', () => {
    const rule: ScheduleRule = { kind: 'cron', cron: '* * * * *', zone: 'UTC' };
    expect(due('skip', NOON, NOON + 60_000, { rule }).ticks).toEqual([NOON, NOON + 60_000]);
  });

  test.each(['skip', 'once', 'all'] as const)('%s: years of missed minutes are decided in bounded work', (policy) => {
    const rule: ScheduleRule = { kind: 'cron', cron: '* * * * *', zone: 'America/New_York' };
    const now = NOON + 3 * 365 * 24 * HOUR;
    const result = dueTicks({ rule, missed: { policy, cap: 5 }, next: NOON, now: now + 30_000, graceMs: 1000 });
    expect(result.next).toBe(now + 60_000);
    expect(result.dropped).toBeGreaterThanOrEqual(DROPPED_COUNT_LIMIT - 1);
    expect(result.dropped).toBeLessThanOrEqual(DROPPED_COUNT_LIMIT);
    expect(result.ticks.at(-1)).toBe({ skip: undefined, once: now, all: NOON + 4 * 60_000 }[policy]);
  });

  test('a stored tick that the rule no longer names is fired as stored, and the rule followed from now', () => {
    expect(due('skip', hour(0.25), hour(0.25))).toEqual({ ticks: [hour(0.25)], dropped: 0, next: hour(1) });
  });

  test('a schedule whose last tick is past has no next', () => {
    const rule: ScheduleRule = { kind: 'cron', cron: '0 0 30 2 *', zone: 'UTC' };
    expect(due('all', NOON, NOON, { rule })).toEqual({ ticks: [NOON], dropped: 0, next: null });
  });
});
