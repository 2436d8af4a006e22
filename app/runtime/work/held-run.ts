/** A run that this worker holds, and what is to be written of it. */
import type { Json } from '@mainspring/engine/json.ts';
import type { RunEffect } from '@mainspring/engine/run/effect.ts';
import type { Fact, RunEvent } from '@mainspring/engine/run/event.ts';
import { isParkedByWorker } from '@mainspring/engine/run/park.ts';
import type { Plan } from '@mainspring/engine/run/plan.ts';
import type { Run, RunFailure, StepRecord } from '@mainspring/engine/run/run.ts';
import { startRun } from '@mainspring/engine/run/start-run.ts';
import type { OrganizationDeployments } from '../deployments/deployments.ts';
import type { ClaimedRow } from '../sql/claim-runs.ts';

export type PerformAction = Extract<RunEffect, { kind: 'perform-action' }>;
export type AwaitEvent = Extract<RunEffect, { kind: 'await-event' }>;
export type StartChild = Extract<RunEffect, { kind: 'start-child' }>;

/** What a run has decided since its last commit. */
export type Pending = {
  readonly records: Map<string, StepRecord>;
  readonly waitsAdded: Map<string, AwaitEvent>;
  readonly waitsDropped: Set<string>;
  readonly children: StartChild[];
  readonly childrenCancelled: string[];
  /** Actions to perform once the decision to perform them is committed. */
  external: PerformAction[];
  /** Actions to perform inside the transaction that commits them. */
  recording: PerformAction[];
  ended: {
    readonly status: 'completed' | 'failed' | 'cancelled';
    readonly output: Json;
    readonly error: RunFailure | null;
  } | null;
};

export type Decided = { readonly run: Run; readonly pending: Pending };

export type HeldRun = {
  readonly organizationId: string;
  readonly id: string;
  /** Of the last claim or write. */
  token: string | number;
  readonly depth: number;
  readonly claims: number;
  /** The step that waits for this run's end. */
  readonly parent: { readonly runId: string; readonly step: string; readonly attempt: number | null } | null;
  /** True once this claim has written anything. */
  committedSinceClaim: boolean;
  readonly plan: Plan;
  organization: OrganizationDeployments;
  run: Run;
  /** The run as it is stored. */
  stored: Run;
  /** What a write may have stored whose answer was lost. */
  unsure: Decided | null;
  /** Inbox messages that were put in before this count have been read. */
  wake: number;
  inboxUpto: string | number | null;
  pending: Pending;
};

export function emptyPending(): Pending {
  return {
    records: new Map(),
    waitsAdded: new Map(),
    waitsDropped: new Set(),
    children: [],
    childrenCancelled: [],
    external: [],
    recording: [],
    ended: null,
  };
}

/** A copy that stays as it is while the run goes on. */
export function decidedOf({ run, pending }: Decided): Decided {
  return {
    run,
    pending: {
      records: new Map(pending.records),
      waitsAdded: new Map(pending.waitsAdded),
      waitsDropped: new Set(pending.waitsDropped),
      children: [...pending.children],
      childrenCancelled: [...pending.childrenCancelled],
      external: [...pending.external],
      recording: [...pending.recording],
      ended: pending.ended,
    },
  };
}

export function goBackTo(held: HeldRun, decided: Decided): void {
  const { run, pending } = decidedOf(decided);
  held.run = run;
  held.pending = pending;
}

export function holdRun(row: ClaimedRow, plan: Plan, organization: OrganizationDeployments): HeldRun {
  const run = row.state === null ? freshRun(row) : (row.state as Run);
  return {
    organizationId: row.org_id,
    id: row.id,
    token: row.token,
    depth: row.depth,
    claims: row.claims,
    parent:
      row.parent_run_id !== null && row.parent_step !== null
        ? { runId: row.parent_run_id, step: row.parent_step, attempt: row.parent_attempt }
        : null,
    committedSinceClaim: false,
    plan,
    organization,
    run,
    stored: run,
    unsure: null,
    wake: row.wake,
    inboxUpto: null,
    pending: emptyPending(),
  };
}

/** The events with which a claimed run goes on: how it came to be due, then what its inbox holds. */
export function openingEvents(row: ClaimedRow): readonly RunEvent[] {
  if (row.state === null) return [{ kind: 'run-started' }];
  const { parked } = row.state as Run;
  // What was under way is taken up when a person resumes the run, not before.
  if (parked !== null && isParkedByWorker(parked)) return [];
  return [{ kind: 'run-recovered' }, { kind: 'time-passed' }];
}

function freshRun(row: ClaimedRow): Run {
  return startRun({
    id: row.id,
    organizationId: row.org_id,
    workflowId: row.workflow_id,
    version: row.version,
    triggerId: row.trigger_id,
    event: row.event as Fact,
    subjectId: row.subject_id,
    startedAt: Math.floor(Number(row.started_ms)),
  });
}
