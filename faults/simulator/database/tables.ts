/** The tables of the runtime, as far as its decisions see them, and one that the simulated record actions write. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Json } from '@mainspring/engine/json.ts';
import type { Fact, RunEvent } from '@mainspring/engine/run/event.ts';
import type { Run, RunFailure } from '@mainspring/engine/run/run.ts';
import type { StepRow } from '../../../app/runtime/work/journal-rows.ts';
import { createTable } from './server.ts';

export type Origin = {
  readonly org_id: string;
  readonly id: string;
  readonly workflow_id: string;
  readonly version: number;
  readonly trigger_id: string | null;
  readonly event_id: string;
  readonly event: Fact;
  readonly subject_id: string | null;
  readonly depth: number;
  readonly parent_run_id: string | null;
  readonly parent_step: string | null;
  readonly parent_attempt: number | null;
  readonly started_ms: number;
};

export type RunRow = Origin & {
  readonly status: 'queued' | 'running' | 'waiting' | 'parked';
  readonly state: Run | null;
  readonly due_ms: number | null;
  readonly worker_id: string | null;
  readonly token: number;
  readonly wake: number;
  readonly claims: number;
  readonly order_key: string | null;
  readonly seq: number;
  readonly concurrency: number | null;
  readonly parked: { readonly code: string; readonly message: string } | null;
};

export type HistoryRow = Origin & {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly output: Json;
  readonly error: RunFailure | null;
  readonly state: Run | null;
};

export type InboxRow = { readonly run_id: string; readonly id: number; readonly message: RunEvent };

export type EventWait = {
  readonly run_id: string;
  readonly step: string;
  readonly event: string;
  readonly match: string | null;
  readonly since_ms: number;
};

export type EventRow = {
  readonly id: string;
  readonly type: string;
  readonly data: Json;
  readonly time: string;
  readonly received_ms: number;
};

export type LetterRow = { readonly run_id: string; readonly code: string; readonly resolved: boolean };

export type NoteRow = { readonly run_id: string; readonly step: string; readonly text: string };

export function createTables() {
  return {
    revisions: createTable<{ readonly revision: number; readonly waits: number }>('revisions'),
    versions: createTable<{ readonly definition: WorkflowDefinition }>('versions'),
    deployments: createTable<{ readonly workflow_id: string; readonly version: number; readonly active: boolean }>(
      'deployments',
    ),
    events: createTable<EventRow>('events'),
    eventKeys: createTable<{ readonly event_id: string; readonly run_ids: readonly string[] }>('event_keys'),
    workers: createTable<{ readonly id: string; readonly lease_until_ms: number }>('workers'),
    runs: createTable<RunRow>('runs'),
    inbox: createTable<InboxRow>('inbox'),
    waits: createTable<EventWait>('waits'),
    steps: createTable<StepRow>('steps'),
    history: createTable<HistoryRow>('history'),
    stepHistory: createTable<StepRow>('step_history'),
    letters: createTable<LetterRow>('letters'),
    notes: createTable<NoteRow>('notes'),
  };
}

export type Tables = ReturnType<typeof createTables>;

export function stepId(runId: string, key: string): string {
  return `${runId}/${key}`;
}
