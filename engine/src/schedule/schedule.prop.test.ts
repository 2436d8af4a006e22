/** What holds in every zone, over every change of clocks from 2024 to 2029. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextOpen } from './business-hours.ts';
import { nextCronTime } from './cron.ts';
import { parseInstant } from './date-time.ts';
import { addDuration, longestMs } from './duration.ts';
import { nextEveryTime } from './every.ts';
import { dueTicks, nextTick, type ScheduleRule } from './ticks.ts';
import { firstInstantAt, localParts, nextTransition, offsetMs } from './zone.ts';

const FROM = Date.UTC(2024, 0, 1);
const UNTIL = Date.UTC(2029, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ZONES = [...Intl.supportedValuesOf('timeZone'), 'UTC'];

type Change = { readonly zone: string; readonly at: number; readonly gainedMs: number };

function changesOf(zone: string): Change[] {
  const changes: Change[] = [];
  for (let at = nextTransition(FROM, zone); at !== null && at < UNTIL; at = nextTransition(at, zone)) {
    changes.push({ zone, at, gainedMs: offsetMs(at, zone) - offsetMs(at - 1, zone) });
  }
  return changes;
}

const CHANGES = ZONES.flatMap(changesOf);

const zones = fc.constantFrom(...ZONES);
const instants = fc.integer({ min: FROM, max: UNTIL });
/** Instants of which half lie close to a change of clocks. */
const moments = fc.oneof(
  fc.record({ zone: zones, at: instants }),
  fc
    .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -2 * DAY, max: 2 * DAY }))
    .map(([change, shift]) => ({ zone: change.zone, at: change.at + shift })),
);
const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min, max }).map(String),
    fc.integer({ min: 2, max: 12 }).map((step) => `*/${step}`),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
const patterns = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    fc.constantFrom('*', '1', 'L', '*/7', '10-20'),
    fc.constantFrom('*', '3', '*/2'),
    fc.constantFrom('*', '1-5', '0'),
  )
  .map((fields) => fields.join(' '));
const durations = fc.constantFrom('PT1H', 'PT90M', 'P1D', 'P1W', 'P1M', 'P1Y', 'P1DT12H', 'P1M3D', 'PT36H', 'P10D');

test('the zones cover every kind of change', () => {
  expect(ZONES.length).toBeGreaterThan(400);
  expect(CHANGES.length).toBeGreaterThan(1000);
  expect(new Set(CHANGES.map((change) => change.gainedMs / MINUTE))).toEqual(new Set([60, -60, 30, -30, 120, -120]));
});

describe('around every change of clocks', () => {
  const localDate = (at: number, zone: string) => localParts(at, zone).date;

  test.each(['30 2 * * *', '0 0 * * *', '59 23 * * *', '30 1 * * *', '0 3 * * *'])(
    'the daily pattern %s fires exactly once on each local day',
    (pattern) => {
      for (const { zone, at, gainedMs } of CHANGES) {
        const first = firstInstantAt(Date.parse(`${localDate(at - 2 * DAY, zone)}T00:00Z`), zone);
        const last = firstInstantAt(Date.parse(`${localDate(at + 3 * DAY, zone)}T00:00Z`), zone);
        // A tick at the end of a gap stands for the day on which the gap began: 23:59 may be made up for at 00:00.
        const [minute, hour] = pattern.split(' ').map(Number);
        const after = localParts(at, zone);
        const madeUpFor = gainedMs > 0 && (after.hour !== hour || after.minute !== minute);
        const gapDate = new Date(localWall(at, zone).getTime() - gainedMs).toISOString().slice(0, 10);
        const days = ticksBetween(pattern, zone, first, last).map((tick) =>
          tick === at && madeUpFor ? gapDate : localDate(tick, zone),
        );
        const expected: string[] = [];
        for (let day = first; day < last; day = addDuration(day, 'P1D', zone)) expected.push(localDate(day, zone));
        expect(days, `${zone} at ${new Date(at).toISOString()}`).toEqual(expected);
      }
    },
  );

  test('a skipped time fires at the very end of the gap', () => {
    for (const { zone, at, gainedMs } of CHANGES) {
      if (gainedMs <= 0) continue;
      const skipped = new Date(localWall(at, zone).getTime() - gainedMs + 15 * MINUTE);
      const pattern = `${skipped.getUTCMinutes()} ${skipped.getUTCHours()} * * *`;
      expect(nextCronTime(pattern, zone, at - HOUR), `${zone} ${pattern}`).toBe(at);
    }
  });

  test.each([
    ['*/15 * * * *', 15, 0, CHANGES],
    ['30 * * * *', 60, 30, CHANGES],
    ['* * * * *', 1, 0, CHANGES.filter((_, index) => index % 20 === 0)],
  ] as const)('%s fires whenever the clock shows its minute', (pattern, everyMinutes, minute, changes) => {
    for (const { zone, at, gainedMs } of changes) {
      const offsetAfter = offsetMs(at, zone);
      const expected: number[] = [];
      for (let time = at - 3 * HOUR; time < at + 3 * HOUR; time += MINUTE) {
        const shown = (time + offsetAfter - (time < at ? gainedMs : 0)) / MINUTE;
        if (shown % everyMinutes === minute) expected.push(time);
      }
      const found = ticksBetween(pattern, zone, at - 3 * HOUR, at + 3 * HOUR);
      expect(found, `${zone} at ${new Date(at).toISOString()}`).toEqual(expected);
    }
  });

  test('a day added keeps the wall clock, or moves it on by the gap it falls into', () => {
    for (const { zone, at, gainedMs } of CHANGES) {
      for (let shift = -26 * HOUR; shift <= 2 * HOUR; shift += 20 * MINUTE) {
        const before = localWall(at + shift, zone).getTime();
        const after = localWall(addDuration(at + shift, 'P1D', zone), zone).getTime();
        const movedMs = after - before - DAY;
        expect([0, Math.max(0, gainedMs)], `${zone} ${new Date(at + shift).toISOString()}`).toContain(movedMs);
      }
    }
  });
});

describe('for any rule, zone and time', () => {
  const rules = fc.oneof(
    patterns.map(
      (cron) =>
        (zone: string): ScheduleRule => ({ kind: 'cron', cron, zone }),
    ),
    fc.tuple(durations, instants).map(
      ([every, anchor]) =>
        (zone: string): ScheduleRule => ({ kind: 'every', every, zone, anchor }),
    ),
  );

  test('ticks strictly increase, and none lies between two that follow each other', () => {
    fc.assert(
      fc.property(moments, rules, fc.double({ min: 0, max: 1, noNaN: true }), ({ zone, at }, ruleIn, share) => {
        const rule = ruleIn(zone);
        const first = nextTick(rule, at);
        if (first === null) return;
        expect(first).toBeGreaterThan(at);
        const between = Math.floor(at + (first - 1 - at) * share);
        expect(nextTick(rule, between)).toBe(first);
      }),
      { numRuns: 1000 },
    );
  });

  test('every tick is fired or dropped once, however the time is cut', () => {
    fc.assert(
      fc.property(
        moments,
        rules,
        fc.array(fc.integer({ min: 1, max: 2 * DAY }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('skip' as const, 'once' as const, 'all' as const),
        ({ zone, at }, ruleIn, steps, policy) => {
          const rule = ruleIn(zone);
          const start = nextTick(rule, at);
          if (start === null) return;
          let next: number | null = start;
          let now = at;
          let accounted = 0;
          const fired: number[] = [];
          for (const step of steps) {
            now += step;
            if (next === null) break;
            const due = dueTicks({ rule, missed: { policy, cap: 3 }, next, now, graceMs: MINUTE });
            fired.push(...due.ticks);
            accounted += due.ticks.length + due.dropped;
            next = due.next;
          }
          let total = 0;
          for (
            let tick: number | null = start;
            tick !== null && tick <= now && total < 900;
            tick = nextTick(rule, tick)
          )
            total += 1;
          if (total < 900) expect(accounted).toBe(total);
          expect(fired).toEqual([...new Set(fired)].sort((a, b) => a - b));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a multiple of a duration is the anchor plus so many of it', () => {
    fc.assert(
      fc.property(moments, durations, fc.integer({ min: 0, max: 400 * DAY }), ({ zone, at }, every, later) => {
        const tick = nextEveryTime(every, zone, at, at + later);
        expect(tick).toBeGreaterThan(at + later);
        expect(tick - (at + later)).toBeLessThanOrEqual(longestMs(every) + 2 * HOUR);
      }),
      { numRuns: 500 },
    );
  });
});

test('a duration never takes longer than longestMs, forwards or backwards', () => {
  fc.assert(
    fc.property(moments, durations, ({ zone, at }, duration) => {
      expect(addDuration(at, duration, zone) - at).toBeLessThanOrEqual(longestMs(duration));
      expect(at - addDuration(at, `-${duration}`, zone)).toBeLessThanOrEqual(longestMs(duration));
    }),
    { numRuns: 2000 },
  );
});

test('a local date-time without a change of clocks reads back as it was shown', () => {
  fc.assert(
    fc.property(zones, instants, (zone, at) => {
      const shown = localWall(at, zone).toISOString().slice(0, -1);
      const read = parseInstant(shown, zone);
      expect(localWall(read, zone).toISOString().slice(0, -1)).toBe(shown);
    }),
    { numRuns: 500 },
  );
});

test('an opening lies within the hours of the wall clock', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '30'))
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${m}`);
  fc.assert(
    fc.property(moments, time, time, ({ zone, at }, from, to) => {
      const open = nextOpen({ days: ['mon', 'wed', 'sun'], from, to }, zone, at);
      expect(open).toBeGreaterThanOrEqual(at);
      expect(nextOpen({ days: ['mon', 'wed', 'sun'], from, to }, zone, open)).toBe(open);
      expect(open - at).toBeLessThanOrEqual(11 * DAY);
    }),
    { numRuns: 300 },
  );
});

/** Every tick from `first` on and before `last`. */
function ticksBetween(pattern: string, zone: string, first: number, last: number): number[] {
  const ticks: number[] = [];
  let tick = nextCronTime(pattern, zone, first - 1);
  while (tick !== null && tick < last) {
    ticks.push(tick);
    tick = nextCronTime(pattern, zone, tick);
  }
  return ticks;
}

/** A Date whose UTC fields are what the zone's clock shows. */
function localWall(at: number, zone: string): Date {
  return new Date(at + offsetMs(at, zone));
}
