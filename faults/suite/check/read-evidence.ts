import type pg from 'pg';
import { tickTrigger, WORKFLOW_NAMES, type WorkflowName } from '../load/workflows.ts';
import type { AuditRow, Evidence, MessageSeen, RunSeen, StepSeen, TableSeen, TickSeen } from './evidence.ts';

type Tables = Pick<Evidence, 'runs' | 'steps' | 'messages' | 'audit' | 'ticks' | 'pinnedSays' | 'tables'>;

/** Reads the tables as PostgreSQL's superuser. `names` gives the workflow of an id. */
export async function readTables(admin: pg.Pool, names: ReadonlyMap<string, WorkflowName>): Promise<Tables> {
  return {
    runs: await readRuns(admin, names),
    steps: await readSteps(admin),
    messages: await readMessages(admin),
    audit: await readAudit(admin),
    ticks: await readTicks(admin),
    pinnedSays: await readPinned(admin, names),
    tables: await readProtection(admin),
  };
}

const ms = (column: string) => `extract(epoch from ${column})::float8 * 1000`;

async function readRuns(admin: pg.Pool, names: ReadonlyMap<string, WorkflowName>): Promise<readonly RunSeen[]> {
  const columns = `id, workflow_id, version, status, event_id, parent_run_id,
    coalesce(event->'data'->'body'->>'key', event->'data'->>'key') as key, event->'data'->'body'->>'pause' as pause`;
  const { rows } = await admin.query(`
    select ${columns}, null as parked, error->>'message' as error, ${ms('finished_at')} as finished_at,
      null as due_in from run_history
    union all
    select ${columns}, parked->>'code', parked->>'message', null,
      extract(epoch from due_at - now())::float8 from runs`);
  return rows.map((row) => ({
    id: row.id,
    workflow: names.get(row.workflow_id) as WorkflowName,
    version: row.version,
    status: row.status,
    parkedCode: row.parked,
    error: row.error,
    key: row.key,
    pause: row.pause,
    eventId: row.event_id,
    parentRunId: row.parent_run_id,
    finishedAt: row.finished_at,
    dueInSeconds: row.due_in,
  }));
}

async function readSteps(admin: pg.Pool): Promise<readonly StepSeen[]> {
  const columns = `run_id, key, status, port, ${ms('started_at')} as started_at, ${ms('finished_at')} as finished_at,
    ${ms('due_at')} as due_at`;
  const { rows } = await admin.query(
    `select ${columns} from run_step_history union all select ${columns} from run_steps`,
  );
  return rows.map((row) => ({
    runId: row.run_id,
    key: row.key,
    status: row.status,
    port: row.port,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    dueAt: row.due_at,
  }));
}

async function readMessages(admin: pg.Pool): Promise<readonly MessageSeen[]> {
  const { rows } = await admin.query('select run_id, step, status, message_id from messages');
  return rows.map((row) => ({
    runId: row.run_id,
    step: row.step,
    status: row.status,
    messageId: row.message_id ?? '',
  }));
}

async function readAudit(admin: pg.Pool): Promise<readonly AuditRow[]> {
  const { rows } = await admin.query(
    `select ${ms('at')} as at, app, op, run_id, old_token, new_token, new_worker is not null as held from faults.audit order by n`,
  );
  return rows.map((row) => ({
    at: row.at,
    app: row.app,
    op: row.op,
    runId: row.run_id,
    oldToken: Number(row.old_token),
    newToken: Number(row.new_token),
    held: row.held,
  }));
}

async function readTicks(admin: pg.Pool): Promise<readonly TickSeen[]> {
  const { rows } = await admin.query(`
    select id, data->>'scheduledFor' as scheduled_for, data->>'triggerId' as trigger
    from events where type = 'schedule.ticked' order by received_at`);
  const names = new Map(WORKFLOW_NAMES.map((name) => [tickTrigger(name), name]));
  return rows.map((row) => ({
    workflow: names.get(row.trigger) as WorkflowName,
    eventId: row.id,
    scheduledFor: Date.parse(row.scheduled_for),
  }));
}

async function readPinned(
  admin: pg.Pool,
  names: ReadonlyMap<string, WorkflowName>,
): Promise<ReadonlyMap<number, number>> {
  const [id] = [...names].find(([, name]) => name === 'pinned') ?? [];
  const { rows } = await admin.query(
    `select version, definition->'nodes'->0->'input'->'body'->>'version' as says
     from workflow_versions where workflow_id = $1`,
    [id],
  );
  return new Map(rows.map((row) => [row.version, Number(row.says)]));
}

/** Every table with an `org_id`, looked at by the tenants' role in the name of an organization that has nothing. */
async function readProtection(admin: pg.Pool): Promise<readonly TableSeen[]> {
  const { rows } = await admin.query(`
    select c.relname as table, c.relrowsecurity and c.relforcerowsecurity
      and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant_isolation') as is_protected
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped)
    order by 1`);
  const client = await admin.connect();
  try {
    const tables: TableSeen[] = [];
    for (const row of rows) {
      await client.query('begin');
      await client.query('set local role mainspring_tenant');
      await client.query("select set_config('mainspring.org', '00000000-0000-0000-0000-000000000000', true)");
      // A table that the role may not read at all shows it nothing.
      const seen = await client
        .query(`select count(*)::int as n from (select 1 from ${client.escapeIdentifier(row.table)} limit 1000) t`)
        .catch(() => ({ rows: [{ n: 0 }] }));
      await client.query('rollback');
      tables.push({ table: row.table, isProtected: row.is_protected, foreignRows: seen.rows[0]?.n ?? 0 });
    }
    return tables;
  } finally {
    client.release();
  }
}
