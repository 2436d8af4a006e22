/** Changes what an organization has deployed, inside the transaction of the feature that decides it. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { nextTick } from '@mainspring/engine/schedule/ticks.ts';
import { sql } from 'kysely';
import type { Transaction } from '../../platform/db/database.ts';
import { scheduleRule } from '../schedules/schedule-rule.ts';

/** Stores the immutable version and points the workflow to it, active. */
export async function deploy(
  tx: Transaction,
  deployment: { organizationId: string; workflowId: string; version: number; definition: WorkflowDefinition },
): Promise<void> {
  const { organizationId, workflowId, version, definition } = deployment;
  await raiseRevision(tx, organizationId);
  await sql`
    insert into workflow_versions (org_id, workflow_id, version, definition)
    values (${organizationId}, ${workflowId}, ${version}, ${JSON.stringify(definition)}::json)`.execute(tx);
  await sql`
    insert into deployments (org_id, workflow_id, version, active)
    values (${organizationId}, ${workflowId}, ${version}, true)
    on conflict (org_id, workflow_id)
    do update set version = excluded.version, active = true, updated_at = now()`.execute(tx);
  await replaceSchedules(tx, organizationId, workflowId, version, definition);
}

/** Starts or stops the triggers of a deployed workflow. Ticks that fall into a pause are not made up for. */
export async function setActive(
  tx: Transaction,
  change: { organizationId: string; workflowId: string; active: boolean },
): Promise<void> {
  const { organizationId, workflowId, active } = change;
  await raiseRevision(tx, organizationId);
  const { rows } = await sql<{ version: number }>`
    update deployments set active = ${active}, updated_at = now()
    where org_id = ${organizationId} and workflow_id = ${workflowId} and active <> ${active}
    returning version`.execute(tx);
  const [deployment] = rows;
  if (deployment === undefined) return;
  await sql`delete from schedules where org_id = ${organizationId} and workflow_id = ${workflowId}`.execute(tx);
  if (!active) return;
  const versions = await sql<{ definition: WorkflowDefinition }>`
    select definition from workflow_versions
    where org_id = ${organizationId} and workflow_id = ${workflowId} and version = ${deployment.version}`.execute(tx);
  const definition = versions.rows[0]?.definition;
  if (definition) await replaceSchedules(tx, organizationId, workflowId, deployment.version, definition);
}

/** Whoever accepts an event or fires a schedule at this moment holds this row shared: they come before, or begin again. */
async function raiseRevision(tx: Transaction, organizationId: string): Promise<void> {
  await sql`
    insert into deployment_revisions (org_id) values (${organizationId})
    on conflict (org_id) do update set revision = deployment_revisions.revision + 1`.execute(tx);
}

/**
 * An enabled schedule has exactly one row with exactly one next tick. One that did not change keeps its tick and its
 * anchor, so that publishing another part of a workflow never moves or loses a tick.
 */
async function replaceSchedules(
  tx: Transaction,
  organizationId: string,
  workflowId: string,
  version: number,
  definition: WorkflowDefinition,
): Promise<void> {
  const before = await sql<{ trigger_id: string; anchor: Date; next_at: Date | null; definition: WorkflowDefinition }>`
    select s.trigger_id, s.anchor, s.next_at, v.definition
    from schedules s join workflow_versions v
      on v.org_id = s.org_id and v.workflow_id = s.workflow_id and v.version = s.version
    where s.org_id = ${organizationId} and s.workflow_id = ${workflowId}`.execute(tx);
  const clock = await sql<{ now: Date; timezone: string }>`
    select now() as now, timezone from organizations where id = ${organizationId}`.execute(tx);
  const now = clock.rows[0]?.now ?? new Date(0);
  const timezone = clock.rows[0]?.timezone ?? 'UTC';
  await sql`delete from schedules where org_id = ${organizationId} and workflow_id = ${workflowId}`.execute(tx);
  for (const trigger of definition.triggers) {
    if (trigger.type !== 'schedule') continue;
    const old = before.rows.find((row) => row.trigger_id === trigger.id);
    const oldTrigger = old?.definition.triggers.find((other) => other.id === trigger.id);
    const unchanged = JSON.stringify(oldTrigger) === JSON.stringify(trigger);
    const anchor = old && unchanged ? old.anchor : now;
    const rule = scheduleRule(trigger, { organization: timezone, workflow: definition.settings.timezone, anchor });
    const next = nextTick(rule, now.getTime());
    const nextAt = old && unchanged ? old.next_at : next === null ? null : new Date(next);
    await sql`
      insert into schedules (org_id, workflow_id, trigger_id, version, next_at, anchor)
      values (${organizationId}, ${workflowId}, ${trigger.id}, ${version}, ${nextAt}, ${anchor})`.execute(tx);
  }
}
