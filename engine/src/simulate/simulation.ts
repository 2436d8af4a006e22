import type { Catalogue } from '../definition/catalogue.ts';
import type { WorkflowDefinition } from '../definition/format.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ActionFailure } from '../run/event.ts';
import type { RunFailure, RunStatus } from '../run/run.ts';
import type { Answers } from './answer.ts';

/** What would become of a workflow. Instants are milliseconds since the epoch where they go in. */
export type Simulation = {
  readonly definition: WorkflowDefinition;
  readonly catalogue: Catalogue;
  /** Says what an action would answer. Called for every attempt that has no answer of its own in `answers`. */
  readonly perform: DryPerform;
  /** What starts each run; left out, a start by hand without input. `time` is `from` where it is left out. */
  readonly event?: { readonly type?: string; readonly data?: Json; readonly time?: string };
  /** One run for each, in this order; left out, a single run without a client. */
  readonly clients?: readonly Json[];
  readonly from: number;
  /** Runs that have not ended by then are shown as they stand. Default: a year after `from`. */
  readonly until?: number;
  readonly answers?: Answers;
  /** Other seeds give other jitter and, for runs without a client, other branches of a split. Default `0`. */
  readonly seed?: string;
  readonly org?: { readonly name: string; readonly timezone: string };
  /** Definitions that `flow.workflow` may start, by id. Others are taken to complete without a result. */
  readonly workflows?: (id: string) => WorkflowDefinition | undefined;
  readonly maxEntries?: number;
};

export type DryPerform = (type: string, input: Json, at: { readonly now: number }) => DryAnswer;
export type DryAnswer =
  | { readonly kind: 'done'; readonly output: Json; readonly summary: string; readonly detail?: JsonObject }
  | { readonly kind: 'failed'; readonly failure: ActionFailure };

/**
 * | kind | is | detail |
 * |---|---|---|
 * | `started` | a run begins | `event` |
 * | `step` | a flow node, or an action inside the system, is done | `step`, `input`, `output`, `port`, `summary` for actions |
 * | `message` | an e-mail, text or other message would be sent | as `step` |
 * | `call` | another service would be called | as `step` |
 * | `wait` | a step waits | `step`, `dueAt` (or null), `reason`: `delay`, `event`, `workflow` or `retry` |
 * | `woke` | such a wait is over | `step`, `output`, `port` |
 * | `failed` | a step fails for good | `step`, `error`, `port` where it goes on |
 * | `parked` | a run needs a person | `code`, `message` |
 * | `finished` | a run ends | `status`, `output`, `error` |
 *
 * Entries of a child run carry `workflowId` in their detail.
 */
export type TimelineKind = 'started' | 'step' | 'message' | 'call' | 'wait' | 'woke' | 'failed' | 'parked' | 'finished';

/** `at` is ISO 8601 UTC. */
export type TimelineEntry = {
  readonly at: string;
  readonly kind: TimelineKind;
  readonly nodeId: string | null;
  readonly clientId?: string;
  readonly detail: JsonObject;
};

/** `at` is when the run ended, or `until`. `steps` counts the steps that began. */
export type SimulatedEnd = {
  readonly clientId?: string;
  readonly status: RunStatus;
  readonly at: string;
  readonly steps: number;
  readonly output: Json;
  readonly error: RunFailure | null;
};

export type SimulationResult = {
  /** In order of time; within an instant, in the order in which things were decided. */
  readonly timeline: readonly TimelineEntry[];
  /** In the order of the clients. */
  readonly ends: readonly SimulatedEnd[];
  /** True where `timeline` was cut at `maxEntries`; `ends` is always whole. */
  readonly truncated: boolean;
};
