import { expect, it } from 'vitest';
import { createDatabaseClock } from './database-clock.ts';

/** A database whose clock shows 1,000,000 when this machine's shows 0. */
function observed(answers: readonly { readonly at: number; readonly lateMs: number; readonly jumpedMs?: number }[]) {
  let monotonicMs = 0;
  const clock = createDatabaseClock(() => monotonicMs);
  return answers.map(({ at, lateMs, jumpedMs = 0 }) => {
    monotonicMs = at;
    clock.observe(1_000_000 + at - lateMs + jumpedMs);
    return clock.now() - 1_000_000 - at;
  });
}

it('is behind the database by no more than its quickest answer took, and never ahead', () => {
  const answers = [30, 2, 500, 1, 40].map((lateMs, index) => ({ at: index * 100, lateMs }));
  expect(observed(answers)).toEqual([-30, -2, -2, -1, -1]);
});

it('follows a database whose clock was set back, within twice ten seconds', () => {
  const answers = Array.from({ length: 30 }, (_, second) => ({
    at: second * 1_000,
    lateMs: 1,
    jumpedMs: second < 5 ? 0 : -3_000,
  }));
  const behind = observed(answers);
  expect(behind[6]).toBe(-1);
  expect(behind.slice(25)).toEqual(Array(5).fill(-3_001));
});

it('forgets an answer that is too old to be believed', () => {
  expect(
    observed([
      { at: 0, lateMs: 1 },
      { at: 3_600_000, lateMs: 1, jumpedMs: -180 },
    ]),
  ).toEqual([-1, -181]);
});
