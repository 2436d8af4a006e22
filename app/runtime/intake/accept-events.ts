/** Takes events in: routes them, commits them in groups, and begins again where the list of workflows was outdated. */
import { createHash } from 'node:crypto';
import type { Fact } from '@mainspring/engine/run/event.ts';
import { matchKeys } from '@mainspring/engine/run/match-key.ts';
import type pg from 'pg';
import type { Timers } from '../../platform/clock/timers.ts';
import type { Deployments, OrganizationDeployments } from '../deployments/deployments.ts';
import { type Accepted, type Intake, type IntakeAnswer, Overloaded, type TriggerDecision } from '../public.ts';
import type { AcceptOutcome, EventRow, RunRow } from '../sql/accept-events.ts';
import { executeOn, postgresStatements } from '../store/postgres-statements.ts';
import type { RunStore, Statements } from '../store/run-store.ts';
import { type BatchQueue, createBatchQueue } from '../work/batch-queue.ts';
import { isRowError } from '../work/database-errors.ts';
import { eventNames } from './event-names.ts';
import { type GatedStart, passGates } from './pass-gates.ts';
import { routeEvent, type Start } from './route-event.ts';

const BATCH = 500;
/** What may wait for its commit; beyond it intake answers 503. */
const CAPACITY = 10_000;
const CAPACITY_CHARS = 64_000_000;
/** One statement carries no more than this, however large its events are. */
const BATCH_CHARS = 8_000_000;
const ATTEMPTS = 8;

/** Writes into the transaction that stores an event; where this throws, the event is not stored. */
type RecordAccepted = (client: pg.PoolClient, runIds: readonly string[]) => Promise<void>;

export type EventIntake = {
  readonly accept: (intake: Intake, record?: RecordAccepted) => Promise<IntakeAnswer>;
  readonly drain: () => Promise<void>;
};

export type IntakeDeps = {
  readonly store: Pick<RunStore, 'alone' | 'findAccepted'>;
  readonly timers: Timers;
  /** For events that pass gates. */
  readonly transaction: <T>(work: (client: pg.PoolClient) => Promise<T>) => Promise<T>;
  readonly deployments: Deployments;
  readonly newId: () => string;
  readonly now: () => number;
  /** Called after each commit: runs may be due. */
  readonly onAccepted: () => void;
  readonly onTooDeep?: (organizationId: string, workflowId: string) => void;
};

/** One event, routed, with its rows made. */
export type Admission = {
  readonly intake: Intake;
  readonly eventId: string;
  readonly organization: OrganizationDeployments;
  readonly starts: readonly GatedStart[];
  readonly decisions: readonly TriggerDecision[];
  /** The event's row, as JSON: made once, since data may be large. */
  readonly row: string;
};

type Settled = AcceptOutcome['outcome'];

export function createEventIntake(deps: IntakeDeps): EventIntake {
  const queue = createBatchQueue<Admission, Settled>({
    commit: (admissions) => commitAdmissions(deps.store.alone, admissions),
    turn: deps.timers.turn,
    batchSize: BATCH,
    batchWeight: BATCH_CHARS,
    capacity: CAPACITY,
    capacityWeight: CAPACITY_CHARS,
    weigh: (admission) => admission.row.length,
    onFull: () => new Overloaded(),
    isolates: isRowError,
  });
  return {
    accept: (intake, record) => accept(deps, queue, intake, record),
    drain: queue.drain,
  };
}

async function accept(
  deps: IntakeDeps,
  queue: BatchQueue<Admission, Settled>,
  intake: Intake,
  record: RecordAccepted | undefined,
): Promise<IntakeAnswer> {
  let organization = await deps.deployments.of(intake.organizationId);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const route = routeEvent(intake, organization, deps.now());
    if (route.kind === 'inactive') {
      // A workflow published a moment ago by another process may not be known here yet.
      const fresh = await deps.deployments.reload(intake.organizationId);
      if (fresh.revision === organization.revision) return { kind: 'inactive' };
      organization = fresh;
      continue;
    }
    const gated = route.starts.some((start) => start.gates.length > 0);
    const { admission, outcome } =
      gated || record
        ? await acceptAlone(deps, organization, intake, route.starts, route.refused, record)
        : await acceptPlain(deps, queue, organization, intake, route.starts, route.refused);
    if (outcome === 'accepted') {
      deps.onAccepted();
      for (const { outcome: refusal, workflowId } of route.refused) {
        if (refusal === 'too_deep') deps.onTooDeep?.(intake.organizationId, workflowId);
      }
      return answer(admission);
    }
    if (outcome === 'duplicate') return findFirst(deps.store, intake);
    organization = await deps.deployments.reload(intake.organizationId);
  }
  throw new Overloaded();
}

async function acceptPlain(
  deps: IntakeDeps,
  queue: BatchQueue<Admission, Settled>,
  organization: OrganizationDeployments,
  intake: Intake,
  starts: readonly Start[],
  refused: readonly TriggerDecision[],
) {
  const admission = admit(
    deps,
    organization,
    intake,
    starts.map((start) => startNow(start, deps.newId())),
    refused,
  );
  return { admission, outcome: await queue.push(admission) };
}

/** In a transaction of its own: gates look at what others did, and a record is one with its event. */
async function acceptAlone(
  deps: IntakeDeps,
  organization: OrganizationDeployments,
  intake: Intake,
  starts: readonly Start[],
  refused: readonly TriggerDecision[],
  record: RecordAccepted | undefined,
): Promise<{ admission: Admission; outcome: Settled }> {
  let admission = admit(deps, organization, intake, [], refused);
  try {
    const outcome = await deps.transaction(async (client) => {
      if (await isKnown(client, intake)) return 'duplicate' as const;
      const passed = await passGates(client, { organization, intake, starts, newId: deps.newId });
      admission = admit(deps, organization, intake, passed.starts, [...refused, ...passed.refused]);
      const [settled] = await commitAdmissions(postgresStatements(executeOn(client)), [admission]);
      // What the gates have counted must not count where nothing started.
      if (settled !== 'accepted') throw new NotAccepted(settled ?? 'stale');
      await record?.(
        client,
        admission.starts.map((gated) => gated.runId),
      );
      return settled;
    });
    return { admission, outcome };
  } catch (error) {
    if (error instanceof NotAccepted) return { admission, outcome: error.outcome };
    throw error;
  }
}

class NotAccepted extends Error {
  readonly outcome: Settled;
  constructor(outcome: Settled) {
    super(outcome);
    this.outcome = outcome;
  }
}

function startNow(start: Start, runId: string): GatedStart {
  return { start, runId, delayMs: 0, debounceKey: null, outcome: 'started', replaces: false };
}

function admit(
  deps: IntakeDeps,
  organization: OrganizationDeployments,
  intake: Intake,
  starts: readonly GatedStart[],
  refused: readonly TriggerDecision[],
): Admission {
  const started = starts.map((gated) => ({
    workflowId: gated.start.deployment.workflowId,
    triggerId: gated.start.trigger?.id ?? null,
    outcome: gated.outcome,
    runId: gated.runId,
    detail: null,
  }));
  return makeAdmission({ intake, eventId: deps.newId(), organization, starts, decisions: [...started, ...refused] });
}

export function makeAdmission(admission: Omit<Admission, 'row'>): Admission {
  return { ...admission, row: JSON.stringify(eventRow(admission)) };
}

function answer(admission: Admission): Accepted {
  return {
    kind: 'accepted',
    eventId: admission.eventId,
    runIds: admission.starts.map((gated) => gated.runId),
    duplicate: false,
    decisions: admission.decisions,
  };
}

/** Commits a batch; answers in the order of the admissions. */
export async function commitAdmissions(
  statements: Pick<Statements, 'acceptEvents'>,
  admissions: readonly Admission[],
): Promise<readonly Settled[]> {
  const rows = await statements.acceptEvents(
    admissions.map((admission) => admission.row),
    admissions.flatMap(runRows),
  );
  const outcomes = new Map(rows.map((row) => [row.id, row.outcome]));
  return admissions.map((admission) => outcomes.get(admission.eventId) ?? 'stale');
}

function eventRow(admission: Omit<Admission, 'row'>): EventRow {
  const { intake, organization, eventId, starts } = admission;
  const fact: Fact = { type: intake.type, data: intake.data, time: intake.time ?? '' };
  return {
    org_id: intake.organizationId,
    revision: organization.revision,
    id: eventId,
    type: intake.type,
    data: intake.data,
    subject_id: intake.subjectId,
    occurred_at: intake.time,
    depth: intake.depth,
    decisions: admission.decisions,
    key_hash: intake.key === null ? null : hashKey(intake.key),
    run_ids: starts.map((gated) => gated.runId),
    names: eventNames(intake.type),
    match_keys: matchKeys(fact),
  };
}

function runRows(admission: Admission): readonly RunRow[] {
  return admission.starts
    .filter((gated) => !gated.replaces)
    .map(({ start, runId, delayMs, debounceKey }) => ({
      event_id: admission.eventId,
      id: runId,
      workflow_id: start.deployment.workflowId,
      version: start.deployment.version,
      trigger_id: start.trigger?.id ?? null,
      delay_ms: delayMs,
      order_key: start.orderKey,
      concurrency: start.deployment.definition.settings.concurrency ?? null,
      debounce_key: debounceKey,
    }));
}

function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

async function isKnown(client: pg.PoolClient, intake: Intake): Promise<boolean> {
  if (intake.key === null) return false;
  const { rowCount } = await client.query(
    `select 1 from event_keys where org_id = $1 and key_hash = decode($2, 'hex')`,
    [intake.organizationId, hashKey(intake.key)],
  );
  return rowCount === 1;
}

/** The answer that the first event with this key got. */
async function findFirst(store: IntakeDeps['store'], intake: Intake): Promise<IntakeAnswer> {
  const first = await store.findAccepted(intake.organizationId, hashKey(intake.key ?? ''));
  if (first === undefined) throw new Overloaded();
  return { kind: 'accepted', eventId: first.event_id, runIds: first.run_ids, duplicate: true, decisions: [] };
}
