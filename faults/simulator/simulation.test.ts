import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

const SEEDS = 300;

test(`every promise holds in ${SEEDS} simulated worlds, and every kind of fault is met in them`, async () => {
  const met = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations, counts } = await simulate(seed);
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    for (const fault of Object.keys(counts.met)) met.add(fault);
  }
  expect([...met].sort()).toEqual(EVERY_FAULT);
}, 60_000);

const EVERY_FAULT = [
  'answer lost',
  'answer to a commit lost',
  'clock jumped',
  'command given',
  'cut off from the database',
  'database restarted',
  'event loop blocked',
  'hint lost',
  'killed after its commit',
  'killed in a call',
  'post doubled',
  'post lost',
  'process frozen',
  'process killed',
  'published or paused',
  'question lost',
  'service failed',
];

test.each([11, 12, 13])('seed %i is the same world each time', async (seed) => {
  const first = await simulate(seed, { isTraced: true });
  expect(first.trace.length).toBeGreaterThan(20);
  expect(await simulate(seed, { isTraced: true })).toEqual(first);
});

test('worlds of two seeds differ', async () => {
  const [one, other] = [await simulate(1, { isTraced: true }), await simulate(2, { isTraced: true })];
  expect(one.trace).not.toEqual(other.trace);
});
