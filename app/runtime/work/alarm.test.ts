import { describe, expect, it } from 'vitest';
import { createAlarm } from './alarm.ts';

function manualTimers() {
  let now = 1_000;
  const pending: { at: number; work: () => void }[] = [];
  return {
    now: () => now,
    timers: {
      monotonicMs: () => now,
      turn: async () => {},
      after: (delayMs: number, work: () => void) => {
        const entry = { at: now + delayMs, work };
        pending.push(entry);
        return () => void pending.splice(pending.indexOf(entry), 1);
      },
    },
    pending,
    pass: (ms: number) => {
      now += ms;
      for (const entry of pending.filter((each) => each.at <= now)) {
        pending.splice(pending.indexOf(entry), 1);
        entry.work();
      }
    },
  };
}

function alarm() {
  const world = manualTimers();
  const rings: number[] = [];
  return { ...world, rings, alarm: createAlarm({ ...world, ring: () => rings.push(world.now()) }) };
}

describe('an alarm', () => {
  it('rings at once for what is due', () => {
    const { alarm: it, rings } = alarm();
    it.at(900);
    expect(rings).toEqual([1_000]);
  });

  it('never rings before the moment, and once for moments close together', () => {
    const { alarm: it, rings, pass } = alarm();
    it.at(1_501);
    it.at(1_510);
    it.at(1_520);
    pass(500);
    expect(rings).toEqual([]);
    pass(21);
    expect(rings).toEqual([1_521]);
  });

  it('rings for each of several moments', () => {
    const { alarm: it, rings, pass } = alarm();
    for (const due of [1_100, 1_200, 1_300]) it.at(due);
    for (let step = 0; step < 40; step += 1) pass(10);
    expect(rings).toHaveLength(3);
  });

  it('remembers no more than it may, and nothing far off', () => {
    const { alarm: it, pending } = alarm();
    for (let n = 0; n < 5_000; n += 1) it.at(1_100 + n * 20);
    expect(pending.length).toBeLessThanOrEqual(1_000);
    it.stop();
    expect(pending).toHaveLength(0);
    it.at(1_000 + 3_600_000);
    expect(pending).toHaveLength(0);
  });
});
