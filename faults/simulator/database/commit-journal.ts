/** See app/runtime/sql/commit-journal.ts, of which this follows every part. */
import type { JournalRows, WrittenRow } from '../../../app/runtime/store/run-store.ts';
import type { JournalRow } from '../../../app/runtime/work/journal-rows.ts';
import type { Statement, View } from './server.ts';
import { type RunRow, stepId, type Tables } from './tables.ts';

export function commitJournal(tables: Tables, workerId: string, rows: JournalRows): Statement<readonly WrittenRow[]> {
  return (view) => {
    const mine = new Map<string, { readonly row: RunRow; readonly input: JournalRow }>();
    for (const input of rows.runs) {
      const row = view.get(tables.runs, input.id);
      if (row?.token !== Number(input.token) || row.worker_id !== workerId) continue;
      mine.set(input.id, { row, input });
      if (input.ended === null) keep(view, tables, row, input);
      else end(view, tables, row, input, rows);
      if (input.letter !== null) putLetter(view, tables, input);
      const hasMessages = input.inbox_upto !== null || (input.ended !== null && row.wake > 0);
      if (hasMessages) deleteRead(view, tables, input, Number(input.inbox_upto ?? 0));
    }
    writeSteps(view, tables, rows, mine);
    writeWaits(view, tables, rows, mine);
    return [...mine.values()].map(({ row, input }) => ({
      id: row.id,
      token: row.token + (input.ended === null ? 1 : 0),
      wake: row.wake,
      now_ms: view.clockMs,
    }));
  };
}

type Mine = ReadonlyMap<string, { readonly row: RunRow; readonly input: JournalRow }>;

function keep(view: View, tables: Tables, row: RunRow, input: JournalRow): void {
  const dueMs = input.due_at === null ? null : Date.parse(input.due_at);
  view.put(tables.runs, row.id, {
    ...row,
    status: input.status,
    state: input.state,
    parked: input.parked,
    claims: input.progress ? 0 : row.claims,
    due_ms: !input.hold && row.wake !== input.wake ? view.nowMs : dueMs,
    worker_id: input.hold ? row.worker_id : null,
    token: row.token + 1,
  });
}

function end(view: View, tables: Tables, row: RunRow, input: JournalRow, rows: JournalRows): void {
  if (input.ended === null) return;
  const { org_id, id, workflow_id, version, trigger_id, event_id, event, subject_id, depth } = row;
  const { parent_run_id, parent_step, parent_attempt, started_ms } = row;
  view.remove(tables.runs, id);
  view.put(tables.history, id, {
    ...{ org_id, id, workflow_id, version, trigger_id, event_id, event, subject_id, depth },
    ...{ parent_run_id, parent_step, parent_attempt, started_ms },
    status: input.ended,
    output: input.output,
    error: input.error,
    state: input.state,
  });
  if (row.state === null) return;
  const written = new Set(rows.steps.flatMap((step) => (step.run_id === id ? [step.key] : [])));
  for (const [key, step] of view.all(tables.steps)) {
    if (step.run_id !== id) continue;
    view.remove(tables.steps, key);
    if (!written.has(step.key)) view.put(tables.stepHistory, key, step);
  }
  for (const [key, wait] of view.all(tables.waits)) if (wait.run_id === id) view.remove(tables.waits, key);
}

function writeSteps(view: View, tables: Tables, rows: JournalRows, mine: Mine): void {
  for (const step of rows.steps) {
    const run = mine.get(step.run_id);
    if (run === undefined) continue;
    const table = run.input.ended === null ? tables.steps : tables.stepHistory;
    view.put(table, stepId(step.run_id, step.key), step);
  }
}

function deleteRead(view: View, tables: Tables, input: JournalRow, upto: number): void {
  for (const [key, message] of view.all(tables.inbox)) {
    if (message.run_id !== input.id) continue;
    if (message.id <= upto || input.ended !== null) view.remove(tables.inbox, key);
  }
}

function writeWaits(view: View, tables: Tables, rows: JournalRows, mine: Mine): void {
  for (const wait of rows.waitsAdded) {
    if (mine.get(wait.run_id)?.input.ended !== null) continue;
    const { run_id, step, event, match } = wait;
    view.put(tables.waits, stepId(run_id, step), { run_id, step, event, match, since_ms: Date.parse(wait.since) });
  }
  for (const { run_id, step } of rows.waitsDropped) {
    if (mine.has(run_id)) view.remove(tables.waits, stepId(run_id, step));
  }
  for (const orgId of new Set(rows.waitsAdded.map((wait) => wait.org_id))) {
    const row = view.get(tables.revisions, orgId);
    if (row !== undefined) view.put(tables.revisions, orgId, { ...row, waits: row.waits + 1 });
  }
}

function putLetter(view: View, tables: Tables, { id, letter }: JournalRow): void {
  const open = view.all(tables.letters).some(([, row]) => row.run_id === id && !row.resolved);
  if (letter !== null && !open) view.put(tables.letters, letter.id, { run_id: id, code: letter.code, resolved: false });
}
