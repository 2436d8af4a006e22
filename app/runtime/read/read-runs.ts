/** Reads runs, alive or finished, as the outside sees them. Every query names its organization first. */
import type { Json } from '@mainspring/engine/json.ts';
import type { RunFailure, RunStatus, StepStatus } from '@mainspring/engine/run/run.ts';
import { type RawBuilder, sql } from 'kysely';
import type { Database, Transaction } from '../../platform/db/database.ts';
import type { DeadLetterView, Page, RunFilter, RunResult, RunView, StepView } from '../public.ts';

type RunRow = {
  readonly id: string;
  readonly workflow_id: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly trigger_id: string | null;
  readonly event: { type: string; data: Json; time: string };
  readonly subject_id: string | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly error: RunFailure | null;
  readonly output: Json;
  readonly parked: { code: string; message: string } | null;
  readonly due_at: Date | null;
};

const ALIVE = sql`
  select id, workflow_id, version, status, trigger_id, event, subject_id, started_at, null::timestamptz as finished_at,
    null::json as error, null::json as output, parked, due_at from runs`;
const FINISHED = sql`
  select id, workflow_id, version, status, trigger_id, event, subject_id, started_at, finished_at, error, output,
    null::json as parked, null::timestamptz as due_at from run_history`;

export async function findRun(db: Database, organizationId: string, runId: string): Promise<RunView | undefined> {
  return db.withTenant(organizationId, async (tx) => {
    // One statement, one snapshot: a run that ends between two would be in neither table.
    const { rows } = await sql<RunRow>`
      select * from (${ALIVE} where org_id = ${organizationId} and id = ${runId}) alive
      union all
      select * from (${FINISHED} where org_id = ${organizationId} and id = ${runId}) finished`.execute(tx);
    const [row] = rows;
    return row && toRunView(row);
  });
}

/** Newest first. The cursor is the last id of the page before. */
export async function listRuns(
  db: Database,
  organizationId: string,
  filter: RunFilter,
  page: { readonly limit: number; readonly cursor: string | null },
): Promise<Page<RunView>> {
  const where = whereOf(organizationId, filter, page.cursor);
  const limit = page.limit + 1;
  return db.withTenant(organizationId, async (tx) => {
    const { rows } = await sql<RunRow>`
      select * from (
        (${ALIVE} where ${where} order by id desc limit ${limit})
        union all
        (${FINISHED} where ${where} order by id desc limit ${limit})
      ) runs order by id desc limit ${limit}`.execute(tx);
    return pageOf(rows.map(toRunView), page.limit);
  });
}

function whereOf(organizationId: string, filter: RunFilter, cursor: string | null): RawBuilder<unknown> {
  const conditions = [sql`org_id = ${organizationId}`];
  if (filter.workflowId !== undefined) conditions.push(sql`workflow_id = ${filter.workflowId}`);
  if (filter.clientId !== undefined) conditions.push(sql`subject_id = ${filter.clientId}`);
  if (filter.status !== undefined) conditions.push(sql`status = ${filter.status}`);
  if (cursor !== null) conditions.push(sql`id < ${cursor}`);
  return sql.join(conditions, sql` and `);
}

/** One more than the page is asked for, so that its presence says whether another page follows. */
function pageOf<Item extends { readonly id: string }>(items: readonly Item[], limit: number): Page<Item> {
  const shown = items.slice(0, limit);
  return { items: shown, nextCursor: items.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

type StepRow = {
  readonly key: string;
  readonly node_id: string;
  readonly item: string | null;
  readonly attempt: number;
  readonly status: StepStatus;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly due_at: Date | null;
  readonly input: Json;
  readonly output: Json;
  readonly error: StepView['error'];
  readonly port: string | null;
};

export async function listSteps(db: Database, organizationId: string, runId: string): Promise<readonly StepView[]> {
  return db.withTenant(organizationId, async (tx) => {
    const { rows } = await sql<StepRow>`
      select ${STEP_COLUMNS} from run_steps where org_id = ${organizationId} and run_id = ${runId}
      union all
      select ${STEP_COLUMNS} from run_step_history where org_id = ${organizationId} and run_id = ${runId}
      order by seq`.execute(tx);
    return rows.map(toStepView);
  });
}

const STEP_COLUMNS = sql`
  seq, key, node_id, item, attempt, status, started_at, finished_at, due_at, input, output, error, port`;

export async function findResult(db: Database, organizationId: string, runId: string): Promise<RunResult | undefined> {
  return db.withTenant(organizationId, async (tx) => {
    const { rows } = await sql<RunResult>`
      select status, output, error from run_history
      where org_id = ${organizationId} and id = ${runId}`.execute(tx);
    return rows[0];
  });
}

export async function listDeadLetters(
  db: Database,
  organizationId: string,
  page: { readonly limit: number; readonly cursor: string | null },
): Promise<Page<DeadLetterView>> {
  return db.withTenant(organizationId, async (tx) => {
    const after = page.cursor === null ? sql`true` : sql`id < ${page.cursor}`;
    const { rows } = await sql<DeadLetterRow>`
      select id, run_id, workflow_id, node_id, code, message, created_at from dead_letters
      where org_id = ${organizationId} and resolved_at is null and ${after}
      order by id desc limit ${page.limit + 1}`.execute(tx);
    return pageOf(
      rows.map((row) => ({
        id: row.id,
        runId: row.run_id,
        workflowId: row.workflow_id,
        nodeId: row.node_id,
        code: row.code,
        message: row.message,
        createdAt: row.created_at.toISOString(),
      })),
      page.limit,
    );
  });
}

type DeadLetterRow = {
  readonly id: string;
  readonly run_id: string;
  readonly workflow_id: string;
  readonly node_id: string | null;
  readonly code: string;
  readonly message: string;
  readonly created_at: Date;
};

/** Ticks a run's letter off: a person has answered it. */
export async function resolveDeadLetters(tx: Transaction, organizationId: string, runId: string): Promise<void> {
  await sql`
    update dead_letters set resolved_at = now()
    where org_id = ${organizationId} and run_id = ${runId} and resolved_at is null`.execute(tx);
}

function toRunView(row: RunRow): RunView {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    version: row.version,
    status: row.status,
    triggerId: row.trigger_id,
    event: { type: row.event.type, data: row.event.data, time: new Date(row.event.time).toISOString() },
    clientId: row.subject_id,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    error: row.error,
    output: row.output ?? null,
    parked: row.parked && { code: row.parked.code, message: row.parked.message },
    dueAt: row.due_at?.toISOString() ?? null,
  };
}

function toStepView(row: StepRow): StepView {
  return {
    id: row.key,
    nodeId: row.node_id,
    item: row.item,
    attempt: row.attempt,
    status: row.status,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    dueAt: row.due_at?.toISOString() ?? null,
    input: row.input ?? null,
    output: row.output ?? null,
    error: row.error,
    port: row.port,
  };
}
