/** Simulates a share of the seeds and reports each. */
import { parentPort, workerData } from 'node:worker_threads';
import { plantedFaults } from './planted-faults.ts';
import { type SimulationResult, simulate } from './simulation.ts';

export type SeedShare = {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly plant: string | undefined;
};

export type SeedReport = { readonly result: SimulationResult };

const { from, to, step, plant } = workerData as SeedShare;
const planted = plantedFaults.find(({ name }) => name === plant);
for (let seed = from; seed <= to; seed += step) {
  const report: SeedReport = { result: await simulate(seed, planted && { planted }) };
  parentPort?.postMessage(report);
}
