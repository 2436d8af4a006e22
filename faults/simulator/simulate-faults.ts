/**
 * `npm run simulate-faults -- --seeds 10000`: simulates so many seeds on all processors and says what broke.
 * `npm run simulate-faults -- --seed 4711`: that one alone, with its trace. See README.md.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { plantedFaults } from './planted-faults.ts';
import type { SeedReport, SeedShare } from './seed-thread.ts';
import { type SimulationResult, simulate } from './simulation.ts';

const MOST_FAILURES = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    plant: { type: 'string' },
  },
});
const planted = plantedFaults.find((each) => each.name === values.plant);
if (values.plant !== undefined && planted === undefined) {
  console.error(`There is no fault "${values.plant}"; there are ${plantedFaults.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const isSound = values.seed === undefined ? await simulateMany() : await replay(wholeNumber('seed', values.seed));
process.exitCode = isSound ? 0 : 1;

async function replay(seed: number): Promise<boolean> {
  const result = await simulate(seed, { isTraced: true, ...(planted && { planted }) });
  for (const line of result.trace) console.log(line);
  tell(result);
  console.log(JSON.stringify(result.counts));
  return result.violations.length === 0;
}

async function simulateMany(): Promise<boolean> {
  const count = wholeNumber('seeds', values.seeds);
  const from = wholeNumber('from', values.from);
  const startedAt = performance.now();
  const met = new Map<string, number>();
  const totals = { seeds: 0, runs: 0, calls: 0, commits: 0, steps: 0 };
  const failures: SimulationResult[] = [];
  await onThreads({ from, count }, ({ result }) => {
    totals.seeds += 1;
    for (const name of ['runs', 'calls', 'commits', 'steps'] as const) totals[name] += result.counts[name];
    for (const [fault, times] of Object.entries(result.counts.met)) met.set(fault, (met.get(fault) ?? 0) + times);
    if (result.violations.length > 0) failures.push(result);
    return failures.length < MOST_FAILURES;
  });
  const minutes = (performance.now() - startedAt) / 60_000;
  console.log(`seeds ${from} to ${from + count - 1}: ${JSON.stringify(totals)}`);
  console.log(`${Math.round(totals.seeds / minutes)} seeds a minute`);
  for (const [fault, times] of [...met].sort()) console.log(`${String(times).padStart(9)}  ${fault}`);
  failures.forEach(tell);
  console.log(failures.length === 0 ? 'every promise held' : `${failures.length} seeds broke a promise`);
  return failures.length === 0;
}

function tell({ seed, violations }: SimulationResult): void {
  for (const { invariant, what, atMs } of violations.slice(0, 1)) {
    console.log(`seed ${seed}, at ${Math.round(atMs)} ms: ${invariant}: ${what}`);
    const plant = values.plant === undefined ? '' : ` --plant "${values.plant}"`;
    console.log(`  replay: npm run simulate-faults -- --seed ${seed}${plant}`);
  }
}

/** Each thread takes every n-th seed. `take` answers whether to go on. */
async function onThreads(
  { from, count }: { readonly from: number; readonly count: number },
  take: (report: SeedReport) => boolean,
): Promise<void> {
  const threads = Math.min(availableParallelism(), count);
  await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const workerData: SeedShare = { from: from + index, to: from + count - 1, step: threads, plant: values.plant };
      const thread = new Worker(new URL('./seed-thread.ts', import.meta.url), { workerData });
      return new Promise<void>((resolve, reject) => {
        thread.on('message', (report: SeedReport) => {
          if (!take(report)) void thread.terminate();
        });
        thread.on('error', reject);
        thread.on('exit', () => resolve());
      });
    }),
  );
}

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  console.error(`--${name} must be a whole number above 0, not "${text}".`);
  process.exit(2);
}
