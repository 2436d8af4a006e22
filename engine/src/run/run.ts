import type { Json, JsonObject } from '../json.ts';
import type { Fact } from './event.ts';
import type { RunState } from './state.ts';

export type RunStatus = 'queued' | 'running' | 'waiting' | 'parked' | 'completed' | 'failed' | 'cancelled';
export type StepStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'parked' | 'compensated';

/**
 * Names one execution of one node: the node's id, and inside loops the index of each enclosing iteration from the
 * outermost in: `text`, `text#3`, `text#3.0`. Compensations carry the key of their own node.
 */
export type StepKey = string;

export type RunFailure = { readonly code: string; readonly message: string; readonly nodeId: string | null };

/** One line of the history. Times are milliseconds since the epoch. */
export type StepRecord = {
  readonly key: StepKey;
  readonly nodeId: string;
  /** `3` or `3.0` inside loops. */
  readonly item: string | null;
  /** Order in which steps began within the run, from 1. */
  readonly seq: number;
  readonly attempt: number;
  readonly status: StepStatus;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly input: Json;
  readonly output: Json;
  readonly error: { readonly code: string; readonly message: string; readonly details?: Json } | null;
  /** The port by which the run went on, where it did. */
  readonly port: string | null;
  /** When a waiting step wakes up by itself, where it does. */
  readonly dueAt: number | null;
};

/** What never changes while a run lives. */
export type RunIdentity = {
  readonly id: string;
  readonly organizationId: string;
  readonly workflowId: string;
  readonly version: number;
  /** The trigger that started it; null for a child run or one started by hand without a manual trigger. */
  readonly triggerId: string | null;
  readonly event: Fact;
  /** Key of whom the run is about: a client's id, or null. */
  readonly subjectId: string | null;
  /** Milliseconds since the epoch, by the database's clock. */
  readonly startedAt: number;
};

/**
 * A run between two events. Plain JSON: what is stored, and all that is needed to go on.
 * `state` belongs to `advance`; others read only what stands above it.
 */
export type Run = RunIdentity & {
  readonly status: RunStatus;
  /** When the run must next be advanced by `time-passed`, or null where only something from outside can move it. */
  readonly dueAt: number | null;
  /** Why a parked run is parked. */
  readonly parked: { readonly code: string; readonly message: string; readonly at: number } | null;
  readonly vars: JsonObject;
  readonly state: RunState;
};

export type { RunState } from './state.ts';
