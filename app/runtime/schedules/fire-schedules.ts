/**
 * Fires schedules that are due.
 *
 * S1  The tick's event, its runs and the next tick commit together: a tick is fired once or not at all.
 * S2  The organization's revision is locked first, as publishing does: no tick fires after the commit that paused it,
 *     and none by an old version.
 * S3  The tick is part of the event's key: a row set back by hand, or by a restored backup, fires nothing twice.
 */
import type { TriggerOf, WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { dueTicks } from '@mainspring/engine/schedule/ticks.ts';
import type pg from 'pg';
import type { Database } from '../../platform/db/database.ts';
import type { Deployments, OrganizationDeployments } from '../deployments/deployments.ts';
import { commitAdmissions, makeAdmission } from '../intake/accept-events.ts';
import { passGates } from '../intake/pass-gates.ts';
import { routeEvent } from '../intake/route-event.ts';
import type { Intake } from '../public.ts';
import { executeOn, postgresStatements } from '../store/postgres-statements.ts';
import { scheduleRule } from './schedule-rule.ts';

export type FireDeps = {
  readonly db: Database;
  readonly deployments: Deployments;
  readonly newId: () => string;
  readonly onStarted: (runs: number) => void;
};

/** A tick so late is on time: nobody was down. */
const GRACE_MS = 60_000;
const DEFAULT_CAP = 100;
const BATCH = 50;

/** One round over every organization with something due. Answers true where there may be more at once. */
export async function fireSchedules(deps: FireDeps): Promise<boolean> {
  const { rows } = await deps.db.engine.query<{ org_id: string }>({
    name: 'organizations-with-due-schedules',
    text: 'select distinct org_id from schedules where next_at <= now() limit 100',
  });
  let fired = 0;
  for (const { org_id } of rows) fired += await fireOrganization(deps, org_id);
  return fired > 0;
}

type DueRow = {
  readonly workflow_id: string;
  readonly trigger_id: string;
  readonly version: number;
  readonly next_at: Date;
  readonly anchor: Date;
  readonly now: Date;
  readonly definition: WorkflowDefinition;
};

async function fireOrganization(deps: FireDeps, organizationId: string): Promise<number> {
  const organization = await deps.deployments.reload(organizationId);
  const { fired, started } = await deps.db.engineTransaction(async (client) => {
    const { rows: locked } = await client.query<{ revision: string | number }>(
      'select revision from deployment_revisions where org_id = $1 for share',
      [organizationId],
    );
    if (Number(locked[0]?.revision) !== organization.revision) return { fired: 0, started: 0 };
    const rows = await lockDue(client, organizationId);
    let runs = 0;
    for (const row of rows) runs += await fireRow(deps, client, organization, row);
    return { fired: rows.length, started: runs };
  });
  if (started > 0) deps.onStarted(started);
  return fired;
}

async function lockDue(client: pg.PoolClient, organizationId: string): Promise<readonly DueRow[]> {
  const { rows } = await client.query<DueRow>(
    `select s.workflow_id, s.trigger_id, s.version, s.next_at, s.anchor, clock_timestamp() as now, v.definition
     from schedules s join workflow_versions v
       on v.org_id = s.org_id and v.workflow_id = s.workflow_id and v.version = s.version
     where s.org_id = $1 and s.next_at <= now()
     order by s.next_at limit $2
     for update of s skip locked`,
    [organizationId, BATCH],
  );
  return rows;
}

async function fireRow(
  deps: FireDeps,
  client: pg.PoolClient,
  organization: OrganizationDeployments,
  row: DueRow,
): Promise<number> {
  const trigger = row.definition.triggers.find((each) => each.id === row.trigger_id);
  if (trigger?.type !== 'schedule') return 0;
  const due = dueTicks({
    rule: scheduleRule(trigger, {
      organization: organization.timezone,
      workflow: row.definition.settings.timezone,
      anchor: row.anchor,
    }),
    missed: missedPolicy(trigger),
    next: row.next_at.getTime(),
    now: row.now.getTime(),
    graceMs: GRACE_MS,
  });
  let runs = 0;
  for (const tick of due.ticks) runs += await fireTick(deps, client, organization, row, tick);
  await client.query('update schedules set next_at = $4 where org_id = $1 and workflow_id = $2 and trigger_id = $3', [
    organization.organizationId,
    row.workflow_id,
    row.trigger_id,
    due.next === null ? null : new Date(due.next),
  ]);
  return runs;
}

function missedPolicy(trigger: TriggerOf<'schedule'>) {
  const missed = trigger.missed ?? 'once';
  return typeof missed === 'string' ? { policy: missed, cap: DEFAULT_CAP } : missed;
}

async function fireTick(
  deps: FireDeps,
  client: pg.PoolClient,
  organization: OrganizationDeployments,
  row: DueRow,
  tick: number,
): Promise<number> {
  const time = new Date(tick).toISOString();
  const intake: Intake = {
    organizationId: organization.organizationId,
    type: 'schedule.ticked',
    data: { scheduledFor: time, triggerId: row.trigger_id },
    subjectId: null,
    time,
    key: `tick/${row.workflow_id}/${row.trigger_id}/${time}`,
    target: { kind: 'trigger', workflowId: row.workflow_id, triggerId: row.trigger_id },
    depth: 0,
  };
  const route = routeEvent(intake, organization, row.now.getTime());
  if (route.kind === 'inactive') return 0;
  const passed = await passGates(client, { organization, intake, starts: route.starts, newId: deps.newId });
  const admission = makeAdmission({
    intake,
    eventId: deps.newId(),
    organization,
    starts: passed.starts,
    decisions: [...route.refused, ...passed.refused],
  });
  const [outcome] = await commitAdmissions(postgresStatements(executeOn(client)), [admission]);
  // Rolls the round back; the next one begins with a newer snapshot.
  if (outcome === 'stale') throw new Error('A wait was added while a schedule fired.');
  return outcome === 'accepted' ? passed.starts.length : 0;
}
