/** See app/runtime/control/command-store.ts, and deployments/deploy.ts. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import type { RunStatus } from '@mainspring/engine/run/run.ts';
import { putMessage, wake } from './messages.ts';
import type { Statement, View } from './server.ts';
import type { Tables } from './tables.ts';

export function lockLive(tables: Tables, runId: string): Statement<RunStatus | undefined> {
  return (view) => {
    const row = view.get(tables.runs, runId);
    if (row !== undefined) view.lock(tables.runs, runId, 'update');
    return row?.status;
  };
}

export function findEnded(tables: Tables, runId: string): Statement<RunStatus | undefined> {
  return (view) => view.get(tables.history, runId)?.status;
}

export function sendCommand(tables: Tables, runId: string, message: RunEvent): Statement<void> {
  return (view) => {
    putMessage(view, tables, runId, message);
    wake(view, tables, new Set([runId]));
  };
}

export function revive(tables: Tables, runId: string, message: RunEvent): Statement<boolean> {
  return (view) => {
    const row = view.get(tables.history, runId);
    if (row === undefined || row.status === 'completed') return false;
    for (const [key, old] of view.all(tables.inbox)) if (old.run_id === runId) view.remove(tables.inbox, key);
    putMessage(view, tables, runId, message);
    view.remove(tables.history, runId);
    const definition = view.get(tables.versions, `${row.workflow_id}/${row.version}`)?.definition;
    const { output: _, error: __, ...origin } = row;
    view.put(tables.runs, runId, {
      ...origin,
      status: 'waiting',
      due_ms: view.nowMs,
      worker_id: null,
      token: Math.round(view.clockMs),
      wake: 1,
      claims: 0,
      order_key: null,
      seq: view.nextNumber(),
      concurrency: definition?.settings.concurrency ?? null,
      parked: null,
    });
    for (const [key, step] of view.all(tables.stepHistory)) {
      if (step.run_id !== runId) continue;
      view.remove(tables.stepHistory, key);
      view.put(tables.steps, key, step);
    }
    return true;
  };
}

export function resolveLetters(tables: Tables, runId: string): Statement<void> {
  return (view) => {
    for (const [key, letter] of view.all(tables.letters)) {
      if (letter.run_id === runId && !letter.resolved) view.put(tables.letters, key, { ...letter, resolved: true });
    }
  };
}

export function deploy(
  tables: Tables,
  organizationId: string,
  given: { readonly workflowId: string; readonly version: number; readonly definition: WorkflowDefinition },
): Statement<void> {
  return (view) => {
    raiseRevision(view, tables, organizationId);
    const { workflowId, version, definition } = given;
    view.put(tables.versions, `${workflowId}/${version}`, { definition });
    view.put(tables.deployments, workflowId, { workflow_id: workflowId, version, active: true });
  };
}

export function setActive(
  tables: Tables,
  organizationId: string,
  workflowId: string,
  active: boolean,
): Statement<void> {
  return (view) => {
    raiseRevision(view, tables, organizationId);
    const row = view.get(tables.deployments, workflowId);
    if (row !== undefined) view.put(tables.deployments, workflowId, { ...row, active });
  };
}

function raiseRevision(view: View, tables: Tables, organizationId: string): void {
  const row = view.get(tables.revisions, organizationId) ?? { revision: 0, waits: 0 };
  view.put(tables.revisions, organizationId, { ...row, revision: row.revision + 1 });
}
