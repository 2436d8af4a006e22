/** Child runs are taken in like any event, in the transaction of the step that starts them. */
import { matchKeys } from '@mainspring/engine/run/match-key.ts';
import { OutdatedDeployments } from '../deployments/outdated-deployments.ts';
import { eventNames } from '../intake/event-names.ts';
import type { EventRow, RunRow } from '../sql/accept-events.ts';
import type { RunMessage, Statements } from '../store/run-store.ts';
import type { HeldRun, StartChild } from './held-run.ts';

const CHILD_EVENT = 'workflow.called';

export async function startChildren(
  deps: { readonly statements: Statements; readonly newId: () => string },
  held: HeldRun,
): Promise<void> {
  const rows = held.pending.children.map((child) => childRows(held, child, deps.newId));
  const outcomes = await deps.statements.acceptEvents(
    rows.map((row) => JSON.stringify(row.event)),
    rows.map((row) => row.run),
  );
  if (outcomes.some((row) => row.outcome === 'stale')) throw new OutdatedDeployments(held.organizationId);
}

function childRows(
  held: HeldRun,
  child: StartChild,
  newId: () => string,
): { readonly event: EventRow; readonly run: RunRow } {
  const deployment = held.organization.byWorkflow.get(child.workflowId);
  if (deployment === undefined) throw new OutdatedDeployments(held.organizationId);
  const eventId = newId();
  const runId = newId();
  const event: EventRow = {
    org_id: held.organizationId,
    revision: held.organization.revision,
    id: eventId,
    type: CHILD_EVENT,
    data: child.input,
    subject_id: held.run.subjectId,
    occurred_at: null,
    depth: held.depth + 1,
    decisions: null,
    key_hash: null,
    run_ids: [runId],
    names: eventNames(CHILD_EVENT),
    match_keys: matchKeys({ type: CHILD_EVENT, data: child.input, time: '' }),
  };
  const run: RunRow = {
    event_id: eventId,
    id: runId,
    workflow_id: deployment.workflowId,
    version: deployment.version,
    trigger_id: null,
    concurrency: deployment.definition.settings.concurrency ?? null,
    parent_run_id: held.id,
    ...(child.wait && { parent_step: child.step, parent_attempt: child.attempt }),
  };
  return { event, run };
}

/** Asks the children of cancelled steps to end too. */
export async function cancelChildren(statements: Statements, held: HeldRun): Promise<void> {
  const { organizationId, id, pending } = held;
  const children = await statements.findChildren(organizationId, id, pending.childrenCancelled);
  if (children.length === 0) return;
  const messages = children.map(
    (childId): RunMessage => ({
      org_id: organizationId,
      run_id: childId,
      message: { kind: 'cancel-requested', reason: 'The run that started it was cancelled.' },
    }),
  );
  await statements.sendToRuns(messages);
}
