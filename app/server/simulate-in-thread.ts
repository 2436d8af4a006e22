/**
 * Plays simulations off the event loop: one of a thousand clients over years computes for seconds, and requests, leases
 * and timers must not wait for it. One thread, made at the first call and kept while it is used; one simulation at a
 * time, each with a limit of time and memory; a few may wait.
 */
import { Worker } from 'node:worker_threads';
import type { SimulationResult } from '@mainspring/engine/simulate/simulation.ts';
import type { SimulationGiven, SimulationOutcome } from '../features/workflows/server/workflows-context.ts';

/** What goes to the thread: plain data. */
export type SimulationJob = { readonly id: number; readonly given: SimulationGiven };
export type SimulationReply = { readonly id: number } & (
  | { readonly result: SimulationResult }
  | { readonly message: string }
);

export type SimulationThread = {
  readonly simulate: (given: SimulationGiven) => Promise<SimulationOutcome>;
  readonly stop: () => Promise<void>;
};

const TIME_LIMIT_MS = 20_000;
const MEMORY_LIMIT_MB = 256;
const MOST_WAITING = 20;
/** Without work for so long, the thread's memory is given back. */
const IDLE_MS = 60_000;

export function createSimulationThread(limits: { readonly timeMs?: number } = {}): SimulationThread {
  const timeMs = limits.timeMs ?? TIME_LIMIT_MS;
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let nextId = 0;
  let idle: NodeJS.Timeout | undefined;

  const stop = async () => {
    clearTimeout(idle);
    const stopped = worker;
    worker = undefined;
    await stopped?.terminate();
  };
  const play = async (given: SimulationGiven): Promise<SimulationOutcome> => {
    clearTimeout(idle);
    worker ??= startThread();
    const outcome = await ask(worker, { id: nextId++, given }, timeMs);
    if (outcome.kind === 'too-large') await stop();
    else idle = setTimeout(stop, IDLE_MS).unref();
    return outcome;
  };
  return {
    simulate: async (given) => {
      if (waiting >= MOST_WAITING) return { kind: 'busy' };
      waiting += 1;
      const turn = last.then(() => play(given));
      last = turn.catch(() => {});
      return turn.finally(() => {
        waiting -= 1;
      });
    },
    stop,
  };
}

function startThread(): Worker {
  const worker = new Worker(new URL('./simulation-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
  });
  // It must not keep a process that has nothing else to do.
  worker.unref();
  return worker;
}

function ask(worker: Worker, job: SimulationJob, timeMs: number): Promise<SimulationOutcome> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(late);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      act();
    };
    const onMessage = (reply: SimulationReply) => {
      if (reply.id !== job.id) return;
      if ('result' in reply) settle(() => resolve({ kind: 'done', result: reply.result }));
      else settle(() => reject(new Error(`A simulation failed: ${reply.message}`)));
    };
    const onError = (error: NodeJS.ErrnoException) => {
      const isFull = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      settle(() => (isFull ? resolve({ kind: 'too-large' }) : reject(error)));
    };
    const onExit = () => settle(() => resolve({ kind: 'too-large' }));
    const late = setTimeout(() => settle(() => resolve({ kind: 'too-large' })), timeMs);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(job);
  });
}
