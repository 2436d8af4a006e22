/** A whole run: builds, loads, breaks, waits, and lets the checker decide. */
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../app/platform/db/log.ts';
import { checkPromises } from './check/check-promises.ts';
import type { Evidence, Verdict } from './check/evidence.ts';
import { readTables } from './check/read-evidence.ts';
import { type BuiltScene, buildScene } from './inject/build-scene.ts';
import type { InjectedFault } from './inject/inject-fault.ts';
import { runStage, type StageResult } from './inject/run-stage.ts';
import { type ApiClient, createApiClient } from './load/api-client.ts';
import { type Published, publishWorkflows } from './load/publish-workflows.ts';
import type { WorkflowName } from './load/workflows.ts';
import { installAudit } from './parts/audit.ts';
import { API, type Fault, type FaultKind, WORKERS } from './plan/fault.ts';
import { planFaults } from './plan/plan-faults.ts';
import { PLANTS, type Plant, type PlantName } from './plants/plants.ts';
import { createRandom } from './random.ts';
import type { SuiteArguments } from './read-arguments.ts';

export type SuiteOptions = SuiteArguments & {
  readonly log: Log;
  readonly say: (line: string) => void;
  readonly logFolder: string;
  /** Without mail there is one stretch of load instead of two. */
  readonly withMail: boolean;
  /** A known fault to plant, for the test that looks whether it is found. */
  readonly plant?: PlantName;
};

export type SuiteResult = {
  readonly seed: number;
  readonly minutes: number;
  readonly leaseMs: number;
  readonly startedAt: string;
  readonly machine: string;
  readonly operations: { readonly planned: number; readonly accepted: number; readonly share: number };
  readonly faults: readonly InjectedFault[];
  /** Kinds that this machine or this user cannot be made to suffer, with why. */
  readonly impossible: Readonly<Partial<Record<FaultKind, string>>>;
  readonly verdicts: readonly Verdict[];
  /** Why this run proves nothing; empty where it counts. */
  readonly discounted: readonly string[];
  readonly ok: boolean;
};

const MINUTE_MS = 60_000;
/** A short run has a short lease, so that each kind of fault finds its place. */
const SHORT_RUN_MINUTES = 4;
const SHORT_LEASE_MS = 3_000;
/** The default of the product. */
const LEASE_MS = 10_000;
/** Of a run of `minutes`: building, draining twice, checking. */
const OVERHEAD_MS = 32_000;
const OVERHEAD_WITHOUT_MAIL_MS = 18_000;
const SHORTEST_LOAD_MS = 10_000;
const OUTBOX_SHARE = 0.8;
const RATE_PER_SECOND = 25;
const LEAST_SHARE = 0.95;
const SCHEDULE_TAIL_MS = 2_100;

const OUTBOX_KINDS: readonly WorkflowName[] = [
  ...['charge', 'charge', 'charge', 'once', 'timer', 'waiter'],
  ...['parent', 'ordered', 'ordered', 'pinned'],
] as WorkflowName[];
const MAIL_KINDS: readonly WorkflowName[] = ['letter', 'letter', 'timer', 'once'];
/** The stretch with mail is about killing the sender between the mail and the note of it. */
const MAIL_FAULTS: readonly FaultKind[] = ['kill-worker', 'drop-commit-answer', 'terminate-backends', 'cut-database'];

export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const { minutes, seed, say } = options;
  const startedAt = new Date().toISOString();
  const leaseMs = minutes < SHORT_RUN_MINUTES ? SHORT_LEASE_MS : LEASE_MS;
  const plant: Plant | null = options.plant === undefined ? null : PLANTS[options.plant];
  const { log, logFolder } = options;
  const scene = await buildScene({ seed, leaseMs, log, logFolder, plant: options.plant ?? null });
  try {
    const impossible = findImpossible(scene);
    const kinds = options.kinds.filter((kind) => impossible[kind] === undefined);
    const client = createApiClient({ url: scene.apiUrl, apiKey: scene.apiKey });
    const published = await startServers(scene, client);
    if (plant?.sql !== undefined) await scene.admin.query(plant.sql);
    const results = await runStages({ options, scene, client, published, kinds, leaseMs });
    const pausedAt = await pauseSchedules(client, published);
    await sleep(SCHEDULE_TAIL_MS);
    const stops = await stopServers(scene);
    say('reading the evidence');
    const evidence = await gather(scene, published, results, { leaseMs, pausedAt, stops });
    const verdicts = checkPromises(evidence);
    const discounted = findDiscounts(evidence, kinds);
    const accepted = evidence.operations.filter((operation) => operation.acceptedAt !== null).length;
    return {
      seed,
      minutes,
      leaseMs,
      startedAt,
      machine: `${availableParallelism()} processors, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
      operations: { planned: evidence.operations.length, accepted, share: accepted / evidence.operations.length },
      faults: evidence.faults,
      impossible,
      verdicts,
      discounted,
      ok: discounted.length === 0 && verdicts.every((each) => each.ok),
    };
  } finally {
    await scene.takeDown();
  }
}

function findImpossible({ disk, namespace }: BuiltScene): Partial<Record<FaultKind, string>> {
  return {
    ...(disk === null && { 'fill-disk': 'this user may mount no file system' }),
    ...(namespace === null && { 'link-down': 'this user may make no network namespace' }),
  };
}

async function startServers({ processes, admin, worldUrls }: BuiltScene, client: ApiClient): Promise<Published> {
  // The first one makes the tables.
  await processes[API].start();
  await installAudit(admin);
  await Promise.all(WORKERS.map((name) => processes[name].start()));
  return publishWorkflows(client, worldUrls);
}

type Running = {
  readonly options: SuiteOptions;
  readonly scene: BuiltScene;
  readonly client: ApiClient;
  readonly published: Published;
  readonly kinds: readonly FaultKind[];
  readonly leaseMs: number;
};

/** First mails land in the outbox; then the servers are started anew with a mail server. */
async function runStages(running: Running): Promise<readonly StageResult[]> {
  const { options, scene, client, published, kinds } = running;
  const { seed, say } = options;
  const overheadMs = options.withMail ? OVERHEAD_MS : OVERHEAD_WITHOUT_MAIL_MS;
  const loadMs = Math.max(SHORTEST_LOAD_MS, options.minutes * MINUTE_MS - overheadMs);
  const shared = { scene, client, published, seed, say, ratePerSecond: RATE_PER_SECOND };
  const outboxMs = options.withMail ? Math.round(loadMs * OUTBOX_SHARE) : loadMs;
  say(`seed ${seed}: ${Math.round(outboxMs / 1_000)} s with the outbox, lease ${running.leaseMs} ms`);
  const outbox = await runStage(shared, {
    name: 'outbox',
    kinds: OUTBOX_KINDS,
    loadMs: outboxMs,
    faults: planStage(running, seed, outboxMs, kinds),
  });
  if (!options.withMail) return [outbox];
  const mailMs = loadMs - outboxMs;
  say(`${Math.round(mailMs / 1_000)} s with a mail server, after a restart of each worker`);
  scene.useMailSink();
  for (const name of [...WORKERS, API]) {
    await scene.processes[name].stop();
    await scene.processes[name].start();
  }
  const mail = await runStage(shared, {
    name: 'mail',
    kinds: MAIL_KINDS,
    loadMs: mailMs,
    faults: planStage(
      running,
      seed + 1,
      mailMs,
      kinds.filter((kind) => MAIL_FAULTS.includes(kind)),
    ),
  });
  return [outbox, mail];
}

function planStage({ leaseMs }: Running, seed: number, loadMs: number, kinds: readonly FaultKind[]): readonly Fault[] {
  return planFaults({ random: createRandom(seed), loadMs, leaseMs, kinds });
}

async function pauseSchedules(client: ApiClient, { ids }: Published): Promise<number> {
  for (const [name, id] of Object.entries(ids)) {
    if (name.startsWith('tick-')) await client.call('PATCH', `/api/v1/workflows/${id}`, { body: { status: 'paused' } });
  }
  return Date.now();
}

/** Answers with those that did not end as they should. */
async function stopServers({ processes }: BuiltScene): Promise<Evidence['crashes']> {
  const bad: Evidence['crashes'][number][] = [];
  for (const process of Object.values(processes)) {
    await process.stop();
    bad.push(...process.crashes());
  }
  return bad;
}

async function gather(
  scene: BuiltScene,
  published: Published,
  results: readonly StageResult[],
  given: { readonly leaseMs: number; readonly pausedAt: number; readonly stops: Evidence['crashes'] },
): Promise<Evidence> {
  const names = new Map(Object.entries(published.ids).map(([name, id]) => [id, name as WorkflowName]));
  return {
    leaseMs: given.leaseMs,
    pausedAt: given.pausedAt,
    crashes: given.stops,
    faults: results.flatMap((result) => result.faults).map((fault, n) => ({ ...fault, n })),
    operations: results.flatMap((result) => result.operations),
    calls: scene.world.calls,
    mails: scene.mailSink.mails,
    ...(await readTables(scene.admin, names)),
  };
}

/** A run proves something only where most went well and everything planned was really met. */
function findDiscounts({ operations, faults }: Evidence, kinds: readonly FaultKind[]): readonly string[] {
  const accepted = operations.filter((operation) => operation.acceptedAt !== null).length;
  const reasons: string[] = [];
  if (accepted < LEAST_SHARE * operations.length) {
    reasons.push(`only ${accepted} of ${operations.length} operations were accepted`);
  }
  for (const fault of faults) {
    if (!fault.met) reasons.push(`${fault.kind} of ${fault.target} at ${fault.atMs} ms was not met: ${fault.detail}`);
  }
  const met = new Set(faults.map((fault) => fault.kind));
  for (const kind of kinds) if (!met.has(kind)) reasons.push(`there was no time for ${kind}`);
  return reasons;
}
