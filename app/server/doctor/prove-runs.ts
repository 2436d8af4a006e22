/** Carries throw-away runs out, to see that runs are accepted, claimed, completed, and woken in time. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Database } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids/id.ts';
import type { Log } from '../../platform/log/log.ts';
import { createRuntime, type RunningRuntime } from '../../runtime/create-runtime.ts';
import type { Storage } from '../open-storage.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

type Proof = Pick<Storage, 'db' | 'connection'> & {
  /** Plays the worker. False: those of the servers that are running are to do it. */
  readonly works: boolean;
  readonly leaseMs: number;
  readonly log: Log;
  /** Ends the proof early; it is cleaned up all the same. */
  readonly signal: AbortSignal;
};

const LONGEST_MS = 15_000;
const LATE_MS = 1_000;
const RETENTION_DAYS = 90;
const PAUSE = { text: 'PT1S', ms: 1_000 };

/** In an organization of its own, which is gone afterwards with everything in it. */
export async function proveRuns(proof: Proof): Promise<readonly Finding[]> {
  const { db, connection, works, leaseMs, log } = proof;
  const organizationId = newId();
  const runtime = createRuntime({
    db,
    connection,
    actions: new Map(),
    roles: { worker: works, scheduler: false },
    leaseMs,
    retentionDays: RETENTION_DAYS,
    newId,
    log,
  });
  await db.engine.query('insert into organizations (id, name) values ($1, $2)', [organizationId, 'Mainspring doctor']);
  try {
    await runtime.start();
    const queue = await proveQueue(proof, runtime, organizationId);
    if (queue.kind === 'failed' || proof.signal.aborted) return [queue];
    return [queue, await proveTimers(proof, runtime, organizationId)];
  } finally {
    await runtime.stop();
    await removeOrganization(db, organizationId);
  }
}

async function proveQueue(proof: Proof, runtime: RunningRuntime, organizationId: string): Promise<Finding> {
  const startedAt = performance.now();
  const runId = await start(proof, runtime, organizationId, [
    { id: 'answer', type: 'flow.stop', input: { status: 'completed', output: 42 } },
  ]);
  const result = await finish(proof, runtime, organizationId, runId);
  const tookMs = Math.round(performance.now() - startedAt);
  if (result?.status === 'completed' && result.output === 42) {
    const worker = proof.works ? 'a worker of its own' : 'the running workers';
    return ok('queue', `a run was accepted, claimed by ${worker} and completed in ${tookMs} ms`);
  }
  const run = await runtime.findRun(organizationId, runId);
  const state = result?.error?.message ?? run?.parked?.message ?? `it is ${run?.status ?? 'gone'}`;
  const claimed = run?.status === 'queued' ? 'accepted, but no worker claimed it' : 'claimed, but did not complete';
  return failed('queue', `a run was ${claimed} in ${LONGEST_MS / 1000} s: ${state}. The server's log may tell why.`);
}

async function proveTimers(proof: Proof, runtime: RunningRuntime, organizationId: string): Promise<Finding> {
  const runId = await start(proof, runtime, organizationId, [
    { id: 'pause', type: 'flow.delay', input: { for: PAUSE.text } },
  ]);
  const result = await finish(proof, runtime, organizationId, runId);
  const steps = await runtime.listSteps(organizationId, runId);
  const pause = steps.find((step) => step.nodeId === 'pause');
  if (result?.status !== 'completed' || pause?.finishedAt == null) {
    return failed('timers', `a wait of ${PAUSE.ms / 1000} s had not ended after ${LONGEST_MS / 1000} s`);
  }
  const lateMs = Date.parse(pause.finishedAt) - Date.parse(pause.startedAt) - PAUSE.ms;
  if (lateMs < 0) return failed('timers', `a wait of ${PAUSE.ms / 1000} s ended ${-lateMs} ms too early`);
  const text = `a wait of ${PAUSE.ms / 1000} s ended ${lateMs} ms after its time`;
  if (lateMs > LATE_MS) return warning('timers', `${text}. The machine or the database is busy.`);
  return ok('timers', text);
}

async function start(
  { db }: Proof,
  runtime: RunningRuntime,
  organizationId: string,
  nodes: WorkflowDefinition['nodes'],
): Promise<string> {
  const workflowId = newId();
  const definition: WorkflowDefinition = {
    format: 'mainspring/workflow@1',
    name: 'Examination',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes,
    edges: nodes.map(({ id }) => ({ from: 'start', to: id })),
    settings: {},
  };
  await db.withTenant(organizationId, (tx) =>
    runtime.deploy(tx, { organizationId, workflowId, version: 1, definition }),
  );
  runtime.deploymentsChanged(organizationId);
  const answer = await runtime.accept({
    organizationId,
    type: 'manual',
    data: {},
    subjectId: null,
    time: null,
    key: null,
    target: { kind: 'manual', workflowId },
    depth: 0,
  });
  const runId = answer.kind === 'accepted' ? answer.runIds[0] : undefined;
  if (runId === undefined) throw new Error(`No run was started: ${JSON.stringify(answer)}.`);
  return runId;
}

async function finish({ signal }: Proof, runtime: RunningRuntime, organizationId: string, runId: string) {
  const stopped = Promise.withResolvers<undefined>();
  const stop = () => stopped.resolve(undefined);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([runtime.waitForResult(organizationId, runId, LONGEST_MS), stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const TENANT_TABLES = `
  select c.oid::regclass::text as name
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
    and has_table_privilege(c.oid, 'delete')`;

/** Much goes with the organization's row; tables of the hot path do without the foreign key that would do it. */
async function removeOrganization(db: Database, organizationId: string): Promise<void> {
  await db.engine.query('delete from organizations where id = $1', [organizationId]);
  const { rows } = await db.engine.query<{ name: string }>(TENANT_TABLES);
  for (const { name } of rows) await db.engine.query(`delete from ${name} where org_id = $1`, [organizationId]);
}
