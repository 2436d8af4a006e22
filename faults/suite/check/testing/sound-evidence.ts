import type { InjectedFault } from '../../inject/inject-fault.ts';
import type { Call } from '../../parts/world-stub.ts';
import type { AuditRow, Evidence, RunSeen, StepSeen } from '../evidence.ts';

/** Evidence of a run in which nothing happened, with what a test adds. */
export function evidenceOf(more: Partial<Evidence> = {}): Evidence {
  return {
    leaseMs: 10_000,
    faults: [],
    operations: [],
    calls: [],
    mails: [],
    runs: [],
    steps: [],
    messages: [],
    audit: [],
    ticks: [],
    pausedAt: 1_000_000,
    pinnedSays: new Map(),
    tables: [],
    crashes: [],
    ...more,
  };
}

export function runOf(more: Partial<RunSeen> = {}): RunSeen {
  return {
    id: 'run-1',
    workflow: 'charge',
    version: 1,
    status: 'completed',
    parkedCode: null,
    error: null,
    key: 'key-1',
    pause: null,
    eventId: 'event-1',
    parentRunId: null,
    finishedAt: 2_000,
    dueInSeconds: null,
    ...more,
  };
}

export function stepOf(more: Partial<StepSeen> = {}): StepSeen {
  const times = { startedAt: 1_000, finishedAt: 2_000, dueAt: null };
  return { runId: 'run-1', key: 'charge', status: 'completed', port: 'next', ...times, ...more };
}

export function callOf(more: Partial<Call> = {}): Call {
  return {
    at: 1_500,
    key: 'org/run-1/charge',
    path: '/charge/charge',
    caller: 'worker-a',
    behaviour: 'answer',
    body: {},
    abandoned: false,
    ...more,
  };
}

export function auditOf(more: Partial<AuditRow> = {}): AuditRow {
  return { at: 1_000, app: 'worker-a/1', op: 'claim', runId: 'run-1', oldToken: 0, newToken: 1, held: true, ...more };
}

export function faultOf(more: Partial<InjectedFault> = {}): InjectedFault {
  return {
    n: 0,
    kind: 'kill-worker',
    target: 'worker-a',
    atMs: 0,
    forMs: 1_000,
    startedAt: 1_000,
    endedAt: 2_000,
    life: 'worker-a/1',
    met: true,
    detail: '',
    ...more,
  };
}
