import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, ProcessName } from '../plan/fault.ts';
import type { Scene } from './scene.ts';

/** What became of a planned fault. `met`: it really happened, with what shows it. */
export type InjectedFault = Fault & {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of the process that it hit: the name of its life when it began. */
  readonly life: string | null;
  readonly met: boolean;
  readonly detail: string;
};

type Met = { readonly met: boolean; readonly detail: string };

/** Breaks something, waits, mends it. Never throws: what could not be broken is not met. */
export async function injectFault(scene: Scene, fault: Fault): Promise<InjectedFault> {
  const startedAt = Date.now();
  const life = fault.target === 'everyone' ? null : scene.processes[fault.target].life();
  const { met, detail } = await breakAndMend(scene, fault).catch((error: unknown) => ({
    met: false,
    detail: error instanceof Error ? error.message : String(error),
  }));
  return { ...fault, startedAt, endedAt: Date.now(), life, met, detail };
}

function breakAndMend(scene: Scene, fault: Fault): Promise<Met> {
  const target = fault.target as ProcessName;
  switch (fault.kind) {
    case 'kill-worker':
    case 'kill-api':
      return killAndStart(scene, target, fault.forMs);
    case 'freeze-worker':
      return freeze(scene, target, fault.forMs);
    case 'block-event-loop':
      scene.processes[target].order({ kind: 'block', forMs: fault.forMs });
      return sleep(fault.forMs, { met: scene.processes[target].isAlive(), detail: `${fault.forMs} ms` });
    case 'skew-clock':
      return skew(scene, target, fault);
    case 'cut-database':
      return throughProxy(scene, target, { kind: 'refuse' }, fault.forMs);
    case 'blackhole-database':
      return throughProxy(scene, target, { kind: 'blackhole' }, fault.forMs);
    case 'delay-database':
      return throughProxy(scene, target, { kind: 'delay', byMs: DELAY_MS }, fault.forMs);
    case 'drop-commit-answer':
    case 'drop-accept-answer':
      return throughProxy(scene, target, { kind: 'drop-answers' }, fault.forMs);
    case 'link-down':
      return linkDown(scene, fault.forMs);
    case 'stop-postgres':
      return stopPostgres(scene, fault.forMs);
    case 'terminate-backends':
      return terminateBackends(scene);
    case 'exhaust-connections':
      return exhaustConnections(scene, fault.forMs);
    case 'fill-disk':
      return fillDisk(scene, fault.forMs);
  }
}

const DELAY_MS = 120;
const LONGEST_WAIT_MS = 15_000;
/** Minutes ahead or behind, as machines without a time server are. */
const SKEWS_MS = [90_000, -90_000, 3_600_000, -3_600_000];

async function killAndStart({ processes }: Scene, target: ProcessName, forMs: number): Promise<Met> {
  const process = processes[target];
  const met = process.isAlive();
  await process.kill();
  await sleep(forMs);
  await process.start();
  return { met, detail: `${process.life()} took over after ${forMs} ms` };
}

async function freeze({ processes }: Scene, target: ProcessName, forMs: number): Promise<Met> {
  const process = processes[target];
  const met = process.isAlive();
  process.freeze();
  await sleep(forMs);
  process.thaw();
  return { met, detail: `${forMs} ms` };
}

async function skew({ processes }: Scene, target: ProcessName, { n, forMs }: Fault): Promise<Met> {
  const process = processes[target];
  const byMs = SKEWS_MS[n % SKEWS_MS.length] as number;
  process.order({ kind: 'skew', byMs });
  await sleep(forMs);
  // It jumps back, too.
  process.order({ kind: 'skew', byMs: 0 });
  return { met: process.isAlive(), detail: `${byMs} ms` };
}

async function throughProxy(
  { proxies }: Scene,
  target: ProcessName,
  mode: Parameters<Scene['proxies'][ProcessName]['set']>[0],
  forMs: number,
): Promise<Met> {
  const proxy = proxies[target];
  const before = proxy.counts();
  proxy.set(mode);
  await sleep(forMs);
  // Nothing may have been committed meanwhile: a worker that has just come back has little to do.
  const isWaiting = () => mode.kind === 'drop-answers' && proxy.counts().answersDropped === before.answersDropped;
  for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS && isWaiting(); waitedMs += PAUSE_MS) await sleep(PAUSE_MS);
  proxy.set({ kind: 'pass' });
  const after = proxy.counts();
  const cut = after.connectionsCut - before.connectionsCut;
  const held = after.packetsHeld - before.packetsHeld;
  const dropped = after.answersDropped - before.answersDropped;
  const met = mode.kind === 'drop-answers' ? dropped > 0 : cut + held > 0;
  return { met, detail: `${cut} connections cut, ${held} packets held, ${dropped} answers dropped` };
}

async function linkDown({ namespace }: Scene, forMs: number): Promise<Met> {
  if (namespace === null) return { met: false, detail: 'no network namespace can be made here' };
  await namespace.linkDown();
  await sleep(forMs);
  await namespace.linkUp();
  return { met: true, detail: `${forMs} ms` };
}

async function stopPostgres({ postgres }: Scene, forMs: number): Promise<Met> {
  const met = postgres.isRunning();
  await postgres.stopImmediately();
  await sleep(forMs);
  await postgres.start();
  return { met, detail: `away for ${forMs} ms and its recovery` };
}

async function terminateBackends({ connect }: Scene): Promise<Met> {
  const client = await connect();
  try {
    const { rowCount } = await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and application_name ~ '/'",
    );
    return { met: (rowCount ?? 0) > 0, detail: `${rowCount} backends` };
  } finally {
    await client.end();
  }
}

async function exhaustConnections({ connect }: Scene, forMs: number): Promise<Met> {
  const taken: Awaited<ReturnType<Scene['connect']>>[] = [];
  let refused = 0;
  let end = performance.now() + LONGEST_SIEGE_MS;
  while (performance.now() < end) {
    const tries = await Promise.all(Array.from({ length: AT_ONCE }, () => connect().catch(() => null)));
    const got = tries.filter((client) => client !== null);
    taken.push(...got);
    if (got.length === AT_ONCE) continue;
    // From the first refusal on, it lasts as long as planned.
    if (refused === 0) end = performance.now() + forMs;
    refused += AT_ONCE - got.length;
    await sleep(PAUSE_MS);
  }
  await Promise.all(taken.map((client) => client.end().catch(() => {})));
  return { met: refused > 0, detail: `${taken.length} connections taken until ${refused} were refused` };
}

const AT_ONCE = 5;
const LONGEST_SIEGE_MS = 15_000;
const PAUSE_MS = 100;

async function fillDisk({ disk, postgres, admin }: Scene, forMs: number): Promise<Met> {
  if (disk === null) return { met: false, detail: 'nothing can be mounted here' };
  await disk.fill();
  await sleep(forMs);
  const stillThere = await admin.query('select 1').then(
    () => true,
    () => false,
  );
  await disk.free();
  // PostgreSQL ends itself where it cannot write its log. A supervisor starts it again.
  if (!postgres.isRunning()) await postgres.start();
  return { met: true, detail: stillThere ? 'PostgreSQL stayed' : 'PostgreSQL went down until there was room' };
}
