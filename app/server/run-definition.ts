/** One definition run durably outside of any workflow of the product: what `mainspring run` does. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Json } from '@mainspring/engine/json.ts';
import { sql } from 'kysely';
import { firstStart } from '../platform/auth/first-start.ts';
import { type Config, readConfig } from '../platform/config/config.ts';
import type { Database } from '../platform/db/database.ts';
import { newId } from '../platform/ids/id.ts';
import { createLog } from '../platform/log/log.ts';
import { createSandbox, type Sandbox } from '../platform/sandbox/sandbox.ts';
import { createRuntime, type RunningRuntime } from '../runtime/create-runtime.ts';
import type { RunView, StepView } from '../runtime/public.ts';
import { isDatabaseAway } from './answer-outages.ts';
import { createOutside } from './create-outside.ts';
import { createServerActions } from './create-server-actions.ts';
import type { Storage } from './open-storage.ts';
import { openStorageBeside } from './open-storage-beside.ts';
import { openVault } from './open-vault.ts';

type DefinitionRun = {
  readonly env: NodeJS.ProcessEnv;
  /** Any text. The same name goes on with the run that it began, on the definition that it began with. */
  readonly name: string;
  readonly definition: WorkflowDefinition;
  readonly input: Json;
  /** The steps so far, in the order in which they began; called again whenever there may be news. */
  readonly onSteps: (steps: readonly StepView[]) => void;
  /** The owner's key, where this made the database's first organization: it can be told only now. */
  readonly onNewApiKey: (apiKey: string) => void;
  /** A living process holds the data folder, so its database is used; its worker may carry out steps of the run. */
  readonly onBorrowed: () => void;
  /** The name belongs to a run that began with another definition, and goes on with that one. */
  readonly onOtherDefinition: () => void;
  /** Stops waiting and lets go of the run, which stays as it is. */
  readonly signal: AbortSignal;
};

const POLL_MS = 300;
const RETENTION_DAYS = 90;

/** The other process may end, and its PostgreSQL with it; then this one starts its own. */
const MAX_OPENINGS = 5;

/**
 * Answers the run when it has ended or is parked, and undefined where `signal` came first. Throws what keeps it from
 * starting, as `startServer` does. Plays the worker: due runs of other workflows on the same database go on as well.
 */
export async function runDefinition(given: DefinitionRun): Promise<RunView | undefined> {
  const config = readConfig(given.env);
  for (let opening = 1; ; opening += 1) {
    const storage = await openStorageBeside(config, createLog({ level: 'silent' }));
    if (storage.borrowed && opening === 1) given.onBorrowed();
    try {
      return await runOn(storage, config, given);
    } catch (error) {
      if (!storage.borrowed || !isDatabaseAway(error) || opening === MAX_OPENINGS) throw error;
    } finally {
      await storage.close();
    }
  }
}

async function runOn(storage: Storage, config: Config, given: DefinitionRun): Promise<RunView | undefined> {
  const sandbox = createSandbox();
  try {
    const runtime = await createRunner(storage, sandbox, config);
    await runtime.start();
    try {
      return await runOver(storage.db, runtime, given, config);
    } finally {
      await runtime.stop();
    }
  } finally {
    await sandbox.close();
  }
}

/** No scheduler: ticks of other workflows are none of its business. */
async function createRunner({ db, connection }: Storage, sandbox: Sandbox, config: Config): Promise<RunningRuntime> {
  const log = createLog({ level: 'silent' });
  const { masterKeys } = await openVault(config, db.engine);
  const outside = createOutside(config, { db, masterKeys, log });
  return createRuntime({
    db,
    connection,
    actions: createServerActions(config, { db, outside, sandbox, log }),
    roles: { worker: true, scheduler: false },
    leaseMs: config.leaseMs,
    retentionDays: RETENTION_DAYS,
    newId,
    log,
  });
}

async function runOver(
  db: Database,
  runtime: RunningRuntime,
  given: DefinitionRun,
  config: Config,
): Promise<RunView | undefined> {
  const organizationId = await firstOrganization(db, config, given.onNewApiKey);
  const workflowId = workflowIdOf(given.name);
  const { items } = await runtime.listRuns(organizationId, { workflowId }, { limit: 1, cursor: null });
  const [begun] = items;
  if (begun === undefined) {
    return follow(runtime, given, organizationId, await begin(db, runtime, given, { organizationId, workflowId }));
  }
  const beganWith = await definitionOf(db, { organizationId, workflowId, version: begun.version });
  if (!isDeepStrictEqual(beganWith, asStored(given.definition))) given.onOtherDefinition();
  return follow(runtime, given, organizationId, begun.id);
}

async function definitionOf(
  db: Database,
  { organizationId, workflowId, version }: { organizationId: string; workflowId: string; version: number },
): Promise<Json | undefined> {
  const { rows } = await db.withTenant(organizationId, (tx) =>
    sql<{ definition: Json }>`select definition from workflow_versions
      where org_id = ${organizationId} and workflow_id = ${workflowId} and version = ${version}`.execute(tx),
  );
  return rows[0]?.definition;
}

function asStored(definition: WorkflowDefinition): Json {
  return JSON.parse(JSON.stringify(definition)) as Json;
}

async function begin(
  db: Database,
  runtime: RunningRuntime,
  { definition, input, name }: DefinitionRun,
  place: { readonly organizationId: string; readonly workflowId: string },
): Promise<string> {
  const { organizationId, workflowId } = place;
  await db.withTenant(organizationId, async (tx) => {
    // A version that a killed call left behind has no run yet; it is immutable, so this is the next.
    const { rows } = await sql<{ version: number }>`
      select coalesce(max(version), 0) + 1 as version from workflow_versions
      where org_id = ${organizationId} and workflow_id = ${workflowId}`.execute(tx);
    await runtime.deploy(tx, { ...place, version: rows[0]?.version ?? 1, definition });
  });
  runtime.deploymentsChanged(organizationId);
  const answer = await runtime.accept({
    organizationId,
    type: 'manual',
    data: input,
    subjectId: null,
    time: null,
    key: `run ${name}`,
    target: { kind: 'manual', workflowId },
    depth: 0,
  });
  // Only this run is wanted: its triggers must start no other.
  await db.withTenant(organizationId, (tx) => runtime.setActive(tx, { ...place, active: false }));
  runtime.deploymentsChanged(organizationId);
  const runId = answer.kind === 'accepted' ? answer.runIds[0] : undefined;
  if (runId === undefined) throw new Error(`no run was started: ${JSON.stringify(answer)}`);
  return runId;
}

async function follow(
  runtime: RunningRuntime,
  { onSteps, signal }: DefinitionRun,
  organizationId: string,
  runId: string,
): Promise<RunView | undefined> {
  let news = Promise.withResolvers<void>();
  const wake = () => news.resolve();
  const stopWatching = runtime.watchRun(runId, wake);
  signal.addEventListener('abort', wake);
  const poll = setInterval(wake, POLL_MS);
  try {
    while (!signal.aborted) {
      news = Promise.withResolvers<void>();
      // The run before its steps: where it has ended, the steps are all there.
      const run = await runtime.findRun(organizationId, runId);
      onSteps(await runtime.listSteps(organizationId, runId));
      if (run !== undefined && isOver(run)) return run;
      await news.promise;
    }
    return undefined;
  } finally {
    clearInterval(poll);
    stopWatching();
  }
}

function isOver({ status }: RunView): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'parked';
}

async function firstOrganization(
  db: Database,
  { apiKey }: Config,
  onNewApiKey: (apiKey: string) => void,
): Promise<string> {
  const first = await firstStart(db, { apiKey });
  if (first.kind === 'first') {
    if (apiKey === undefined) onNewApiKey(first.apiKey);
    return first.organizationId;
  }
  const { rows } = await db.engine.query<{ id: string }>(
    'select id from organizations order by created_at, id limit 1',
  );
  const [organization] = rows;
  if (organization === undefined) throw new Error('The database has no organization.');
  return organization.id;
}

/** The same name gives the same id, a UUID of version 8 (RFC 9562): that is how a run is found again. */
function workflowIdOf(name: string): string {
  const hash = createHash('sha256').update(`mainspring run ${name}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
