/** The far side of simulate-in-thread.ts: plays one simulation after the other. */
import { parentPort } from 'node:worker_threads';
import { simulate } from '@mainspring/engine/simulate/simulate.ts';
import { createOfflineActions } from './offline-actions.ts';
import type { SimulationJob } from './simulate-in-thread.ts';

const { catalogue, dryPerform } = createOfflineActions();

parentPort?.on('message', ({ id, given }: SimulationJob) => {
  try {
    parentPort?.postMessage({ id, result: simulate({ ...given, catalogue, perform: dryPerform }) });
  } catch (error) {
    parentPort?.postMessage({ id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
