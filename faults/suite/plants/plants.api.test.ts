/** The suite proves something only if it fails where something is wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../../app/platform/log/log.ts';
import { runSuite, type SuiteResult } from '../run-suite.ts';
import { PLANTS, type Plant, type PlantName } from './plants.ts';

const SEED = 20_261_121;
const MINUTES = 0.5;
const TIMED = ['G7', 'G7 database', 'return', 'G8'];

async function run(plant: PlantName | null): Promise<SuiteResult> {
  const logFolder = await mkdtemp(join(tmpdir(), 'mainspring-plants-'));
  try {
    return await runSuite({
      minutes: MINUTES,
      seed: SEED,
      kinds: plant === null ? ['kill-worker'] : PLANTS[plant].kinds,
      log: createLog({ level: 'silent' }),
      say: () => {},
      logFolder,
      withMail: false,
      ...(plant !== null && { plant }),
    });
  } finally {
    await rm(logFolder, { recursive: true, force: true });
  }
}

describe('the fault suite', () => {
  it('finds every promise kept where nothing is planted', async () => {
    const { verdicts, discounted } = await run(null);
    // How long things take says nothing on a machine that runs other tests beside this one.
    expect(verdicts.filter((each) => !each.ok && !TIMED.includes(each.promise))).toEqual([]);
    expect(discounted).toEqual([]);
  }, 120_000);

  it.each(Object.entries(PLANTS) as [PlantName, Plant][])(
    'finds %s',
    async (name, { breaks }) => {
      const { verdicts, ok } = await run(name);
      const broken = verdicts.filter((each) => !each.ok).map((each) => each.promise);
      expect(broken).toContain(breaks);
      expect(ok).toBe(false);
    },
    120_000,
  );
});
