import { expect, test } from 'vitest';
import { plantedFaults } from './planted-faults.ts';
import { simulate } from './simulation.ts';

/** Within so many seeds each fault is found. */
const SEEDS: Readonly<Record<string, number>> = {
  'no fencing': 300,
  'effect before commit': 10,
  'renewal forgotten': 10,
  'retry with a new key': 20,
  'inbox read dropped': 20,
  'blind repeat': 60,
  'accepted before commit': 10,
};

test.each(plantedFaults.map((planted) => [planted.name, planted] as const))(
  '%s is found',
  async (name, planted) => {
    const most = SEEDS[name] ?? 0;
    for (let seed = 1; seed <= most; seed += 1) {
      const { violations } = await simulate(seed, { planted });
      if (violations.length > 0) return;
    }
    expect.fail(`${most} seeds do not show it`);
  },
  60_000,
);
