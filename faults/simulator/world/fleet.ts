/** The processes: a few at a time, each started again some time after it died. */
import { createMachine } from '../machine.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../runtime-process.ts';
import type { Site } from '../site.ts';

export type Fleet = {
  readonly processes: () => readonly RuntimeProcess[];
  /** One that is alive, by chance; undefined where all are down. */
  readonly any: () => RuntimeProcess | undefined;
  readonly find: (machineName: string) => RuntimeProcess | undefined;
  /** What is published has changed. */
  readonly tellDeployments: () => void;
};

export function startFleet(site: Site, size: number): Fleet {
  const { scheduler, weather, trace } = site;
  const random = site.random.fork('fleet');
  const alive = new Map<number, RuntimeProcess>();
  const others = (machineName: string) => [...alive.values()].filter(({ machine }) => machine.name !== machineName);

  /** Hints take a while, and may be lost or come in another order. */
  const hint = (process: RuntimeProcess, tell: () => void) => {
    if (site.isStormy() && random.chance(weather.lostHintRate)) return site.met('hint lost');
    scheduler.after(random.between(0.1, 80), () => process.machine.main.deliver(tell));
  };
  const start = (slot: number, life: number) => {
    const name = `p${slot}.${life}`;
    const machine = createMachine({ name, scheduler, clockOffsetMs: random.between(0, 1e6) });
    trace(() => `${name} starts`);
    const process = startRuntimeProcess(site, machine, {
      runWoken: (runId) => {
        for (const other of others(name)) hint(other, () => other.wakeRun(runId));
        for (const other of others(name)) hint(other, other.poke);
      },
    });
    alive.set(slot, process);
    machine.onCrash(() => {
      trace(() => `${name} dies`);
      if (alive.get(slot) === process) alive.delete(slot);
      scheduler.after(random.between(100, 3_000), () => start(slot, life + 1));
    });
  };
  for (let slot = 1; slot <= size; slot += 1) start(slot, 1);

  return {
    processes: () => [...alive.values()],
    any: () => (alive.size === 0 ? undefined : random.pick([...alive.values()])),
    find: (machineName) => [...alive.values()].find(({ machine }) => machine.name === machineName),
    tellDeployments: () => {
      for (const process of alive.values()) hint(process, process.forgetDeployments);
    },
  };
}
