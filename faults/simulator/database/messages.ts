/** The inboxes of runs. See app/runtime/sql/send-to-runs.ts and read-inboxes.ts. */
import type { Fact, RunEvent } from '@mainspring/engine/run/event.ts';
import type { Inbox, InboxRow, RunMessage } from '../../../app/runtime/store/run-store.ts';
import type { Statement, View } from './server.ts';
import type { Tables } from './tables.ts';

export function putMessage(view: View, tables: Tables, runId: string, message: RunEvent): void {
  const id = view.nextNumber();
  view.put(tables.inbox, `${runId}/${id}`, { run_id: runId, id, message });
}

export function offer(
  view: View,
  tables: Tables,
  wait: { readonly run_id: string; readonly step: string },
  event: Fact,
): void {
  putMessage(view, tables, wait.run_id, { kind: 'event-received', step: wait.step, event });
}

/** Says that their inboxes have something new; `least` passes over null, so also a parked run is due. */
export function wake(view: View, tables: Tables, runIds: ReadonlySet<string>): void {
  for (const id of runIds) {
    const row = view.get(tables.runs, id);
    if (row === undefined) continue;
    view.put(tables.runs, id, { ...row, wake: row.wake + 1, due_ms: Math.min(row.due_ms ?? view.nowMs, view.nowMs) });
  }
}

export function sendToRuns(tables: Tables, messages: readonly RunMessage[]): Statement<void> {
  return (view) => {
    for (const { run_id, message } of messages) {
      if (view.get(tables.runs, run_id) !== undefined) putMessage(view, tables, run_id, message);
    }
    wake(view, tables, new Set(messages.map(({ run_id }) => run_id)));
  };
}

export function findChildren(
  tables: Tables,
  parentRunId: string,
  steps: readonly string[],
): Statement<readonly string[]> {
  return (view) =>
    view
      .all(tables.runs)
      .filter(([, row]) => row.parent_run_id === parentRunId && steps.includes(row.parent_step ?? ''))
      .map(([id]) => id);
}

export function readInbox(tables: Tables, runId: string): Statement<Inbox | null> {
  return (view) => {
    const row = view.get(tables.runs, runId);
    return row === undefined ? null : { wake: row.wake, messages: messagesOf(view, tables, runId) };
  };
}

export function readInboxes(tables: Tables, runIds: readonly string[]): Statement<readonly InboxRow[]> {
  return (view) => [...runIds].sort().flatMap((runId) => messagesOf(view, tables, runId));
}

function messagesOf(view: View, tables: Tables, runId: string): readonly InboxRow[] {
  return view
    .all(tables.inbox)
    .flatMap(([, row]) => (row.run_id === runId ? [row] : []))
    .sort((one, other) => one.id - other.id);
}
