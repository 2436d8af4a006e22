/** One stretch of load with its faults, until everything that was accepted has ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../load/api-client.ts';
import { type Operation, startLoad } from '../load/generate-load.ts';
import type { Published } from '../load/publish-workflows.ts';
import type { WorkflowName } from '../load/workflows.ts';
import type { Fault } from '../plan/fault.ts';
import type { BuiltScene } from './build-scene.ts';
import { type InjectedFault, injectFault } from './inject-fault.ts';

export type Stage = {
  readonly name: string;
  readonly kinds: readonly WorkflowName[];
  readonly loadMs: number;
  readonly faults: readonly Fault[];
};

export type StageResult = {
  readonly operations: readonly Operation[];
  readonly faults: readonly InjectedFault[];
};

export type StageOptions = {
  readonly scene: BuiltScene;
  readonly client: ApiClient;
  readonly published: Published;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly say: (line: string) => void;
};

const DRAIN_MS = 120_000;
/** Longer than any pause, lease, or time for which a service is left alone: what has not moved by then is stuck. */
const STUCK_MS = 45_000;
const LOOK_MS = 500;

export async function runStage(options: StageOptions, stage: Stage): Promise<StageResult> {
  const { scene, client, published, seed, say } = options;
  const load = startLoad({
    client,
    published,
    seed,
    ratePerSecond: options.ratePerSecond,
    forMs: stage.loadMs,
    worldUrls: scene.worldUrls,
    kinds: stage.kinds,
    prefix: `${stage.name}-${seed}`,
  });
  const faults = await injectAll(scene, stage.faults, say);
  await load.done;
  await drain(scene, published, say);
  return { operations: load.operations, faults };
}

/** Each at its time; those of one target, and those that everyone feels, one after the other. */
async function injectAll(
  scene: BuiltScene,
  faults: readonly Fault[],
  say: (line: string) => void,
): Promise<readonly InjectedFault[]> {
  const began = performance.now();
  const chains = new Map<string, Promise<InjectedFault | null>>();
  const all = faults.map((fault) => {
    const last = chains.get(fault.target) ?? Promise.resolve(null);
    const next = Promise.all([last, sleep(fault.atMs)]).then(async () => {
      const injected = await injectFault(scene, fault);
      const at = ((performance.now() - began) / 1_000).toFixed(1);
      say(`${at} s  ${fault.kind} of ${fault.target}: ${injected.met ? 'met' : 'NOT MET'}, ${injected.detail}`);
      return injected;
    });
    chains.set(fault.target, next);
    return next;
  });
  return Promise.all(all);
}

/** Until no run is alive but those that wait for a person, or nothing has ended for long. Schedules go on. */
async function drain({ admin }: BuiltScene, published: Published, say: (line: string) => void): Promise<void> {
  const ticking = Object.entries(published.ids).flatMap(([name, id]) => (name.startsWith('tick-') ? [id] : []));
  const began = performance.now();
  let alive = -1;
  let movedAt = began;
  while (performance.now() - began < DRAIN_MS && performance.now() - movedAt < STUCK_MS) {
    const { rows } = await admin.query(
      "select count(*)::int as alive from runs where status <> 'parked' and not workflow_id = any ($1)",
      [ticking],
    );
    if (rows[0].alive !== alive) movedAt = performance.now();
    alive = rows[0].alive;
    if (alive === 0) break;
    await sleep(LOOK_MS);
  }
  say(`drained in ${((performance.now() - began) / 1_000).toFixed(1)} s, ${alive} runs left`);
}
