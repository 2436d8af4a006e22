/** Held runs as rows of the journal. */
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import type { Run } from '@mainspring/engine/run/run.ts';
import type { HeldRun, Pending } from './held-run.ts';
import { storableText } from './storable.ts';

export type JournalRow = ReturnType<typeof journalRow>;
export type StepRow = ReturnType<typeof stepRows>[number];
export type WaitRow = ReturnType<typeof waitRows>[number];

export function journalRow(held: HeldRun, hold: boolean, newId: () => string) {
  const { run, pending } = held;
  const ended = pending.ended;
  return {
    org_id: held.organizationId,
    id: held.id,
    token: held.token,
    wake: held.wake,
    status: statusOf(run, hold),
    // A completed run is never taken up again.
    state: ended?.status === 'completed' ? null : run,
    due_at: isoOrNull(run.dueAt),
    hold,
    // Taking an action up again is none: a step that kills its worker each time must be found.
    progress: !hold || [...pending.records.values()].some((record) => record.status !== 'running'),
    ended: ended?.status ?? null,
    output: ended?.output ?? null,
    error: ended?.error ?? null,
    parked: run.status === 'parked' ? run.parked : null,
    inbox_upto: held.inboxUpto,
    letter: letterOf(run, pending, newId),
  };
}

function statusOf(run: Run, hold: boolean): 'running' | 'waiting' | 'parked' {
  if (run.status === 'parked') return 'parked';
  return hold ? 'running' : 'waiting';
}

/** A run that failed, or waits for a person, is a dead letter until someone answers it. Pausing is a wish, no letter. */
function letterOf(run: Run, pending: Pending, newId: () => string) {
  if (pending.ended?.status === 'failed') {
    const { code, message, nodeId } = pending.ended.error ?? {
      code: 'failed',
      message: 'The run failed.',
      nodeId: null,
    };
    return { id: newId(), code: storableText(code), message: storableText(message), nodeId };
  }
  if (pending.ended === null && run.status === 'parked' && run.parked !== null && run.parked.code !== 'paused') {
    return { id: newId(), code: run.parked.code, message: storableText(run.parked.message), nodeId: null };
  }
  return null;
}

export function stepRows(held: HeldRun) {
  return [...held.pending.records.values()].map((record) => ({
    org_id: held.organizationId,
    run_id: held.id,
    key: record.key,
    node_id: record.nodeId,
    item: record.item,
    seq: record.seq,
    attempt: record.attempt,
    status: record.status,
    started_at: iso(record.startedAt),
    finished_at: isoOrNull(record.finishedAt),
    due_at: isoOrNull(record.dueAt),
    port: record.port,
    input: record.input,
    output: record.output,
    error: record.error,
  }));
}

export function waitRows(held: HeldRun) {
  return [...held.pending.waitsAdded.values()].map((wait) => ({
    org_id: held.organizationId,
    run_id: held.id,
    step: wait.step,
    event: wait.event,
    match: wait.match,
    since: iso(wait.since),
    name: wait.event,
    prefix: wait.event.endsWith('*') ? wait.event.slice(0, -1) : null,
    needle: wait.match === null ? null : needleOf(wait.match),
  }));
}

/** What stands in the text of every event that shows this match key: `"from":"+49…"` for `data.from="+49…"`. */
function needleOf(match: string): string {
  const equals = match.indexOf('=');
  const name = match.slice(match.lastIndexOf('.', equals) + 1, equals);
  return `"${name}":${match.slice(equals + 1)}`;
}

export function droppedWaitRows(held: HeldRun) {
  return [...held.pending.waitsDropped].map((step) => ({ org_id: held.organizationId, run_id: held.id, step }));
}

/** What a finished child tells the step that waits for it. */
export function parentMessage(held: HeldRun) {
  const { ended } = held.pending;
  if (ended === null || held.parent === null) return null;
  const message: RunEvent = {
    kind: 'child-finished',
    step: held.parent.step,
    ...(held.parent.attempt !== null && { attempt: held.parent.attempt }),
    runId: held.id,
    status: ended.status,
    output: ended.output,
    error: ended.error,
  };
  return { org_id: held.organizationId, run_id: held.parent.runId, message };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
