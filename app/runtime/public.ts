/** All that features may ask of the runtime. `create-runtime.ts` makes one; server entries wire it. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Json } from '@mainspring/engine/json.ts';
import type { RunFailure, RunStatus, StepStatus } from '@mainspring/engine/run/run.ts';
import type pg from 'pg';
import type { Transaction as TenantTransaction } from '../platform/db/database.ts';

/** An event that comes in from outside or from a feature. */
export type Intake = {
  readonly organizationId: string;
  readonly type: string;
  readonly data: Json;
  readonly subjectId: string | null;
  /** When it happened, ISO 8601; null: when it is received. */
  readonly time: string | null;
  /** The same key within seven days gives the first answer again, and no second run. Any text. */
  readonly key: string | null;
  /** Null: every active trigger that listens to the type. Else just this workflow, by this trigger or by hand. */
  readonly target: IntakeTarget | null;
  /** 0 for what came from outside; else one more than the run that caused it. */
  readonly depth: number;
};

export type IntakeTarget =
  | { readonly kind: 'trigger'; readonly workflowId: string; readonly triggerId: string }
  /** By hand: no filter, no gate; the manual trigger where there is one. */
  | { readonly kind: 'manual'; readonly workflowId: string }
  /** Once more, as it was started before: no filter, no gate. */
  | { readonly kind: 'replay'; readonly workflowId: string; readonly triggerId: string | null };

/** What became of one trigger that was asked. */
export type TriggerDecision = {
  readonly workflowId: string;
  readonly triggerId: string | null;
  readonly outcome:
    | 'started'
    | 'delayed'
    | 'debounced'
    | 'filtered'
    | 'filter_failed'
    | 'rate_limited'
    | 'already_entered'
    | 'already_active'
    | 'too_deep';
  readonly runId: string | null;
  readonly detail: string | null;
};

export type Accepted = {
  readonly kind: 'accepted';
  readonly eventId: string;
  readonly runIds: readonly string[];
  readonly duplicate: boolean;
  readonly decisions: readonly TriggerDecision[];
};

/** `inactive`: the target is paused, was never published, or its published version lacks the trigger. */
export type IntakeAnswer = Accepted | { readonly kind: 'inactive' };

export type RunView = {
  readonly id: string;
  readonly workflowId: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly triggerId: string | null;
  readonly event: { readonly type: string; readonly data: Json; readonly time: string };
  readonly clientId: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly error: RunFailure | null;
  readonly output: Json;
  /** Why it is parked. */
  readonly parked: { readonly code: string; readonly message: string } | null;
  readonly dueAt: string | null;
};

export type StepView = {
  readonly id: string;
  readonly nodeId: string;
  readonly item: string | null;
  readonly attempt: number;
  readonly status: StepStatus;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly dueAt: string | null;
  readonly input: Json;
  readonly output: Json;
  readonly error: { readonly code: string; readonly message: string; readonly details?: Json } | null;
  readonly port: string | null;
};

export type RunFilter = {
  readonly workflowId?: string;
  readonly status?: RunStatus;
  readonly clientId?: string;
};

export type DeadLetterView = {
  readonly id: string;
  readonly runId: string;
  readonly workflowId: string;
  readonly nodeId: string | null;
  readonly code: string;
  readonly message: string;
  readonly createdAt: string;
};

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

export type RunCommand =
  | { readonly kind: 'cancel'; readonly reason?: string }
  | { readonly kind: 'pause'; readonly reason?: string }
  | {
      readonly kind: 'resume';
      readonly outcome?:
        | { readonly kind: 'repeat' }
        | { readonly kind: 'succeeded'; readonly output: Json }
        | { readonly kind: 'failed' };
    }
  | { readonly kind: 'retry' };

/** Writes down who gave a command, in its transaction; where this throws, the command does nothing. */
export type RecordCommand = (tx: TenantTransaction, before: RunStatus) => Promise<void>;
/** The same for a replay, which is the engine's. */
export type RecordReplay = (client: pg.PoolClient, newRunId: string) => Promise<void>;

/** `conflict`: the command makes no sense in the run's state; `message` says why. */
export type CommandAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'conflict'; readonly status: RunStatus; readonly message: string };

export type RunResult = {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly output: Json;
  readonly error: RunFailure | null;
};

export type Runtime = {
  /** Answers after the commit. Requests that arrive together are committed together. Throws Overloaded. */
  readonly accept: (intake: Intake) => Promise<IntakeAnswer>;

  /** Makes `definition` the immutable version `version` and the one that starts runs. In the caller's transaction. */
  readonly deploy: (
    tx: TenantTransaction,
    deployment: { organizationId: string; workflowId: string; version: number; definition: WorkflowDefinition },
  ) => Promise<void>;
  /** Starts (true) or stops (false) the triggers of a deployed workflow. In the caller's transaction. */
  readonly setActive: (
    tx: TenantTransaction,
    change: { organizationId: string; workflowId: string; active: boolean },
  ) => Promise<void>;
  /** Call after the transaction of `deploy` or `setActive`: other processes hear of it at once, not at their next look. */
  readonly deploymentsChanged: (organizationId: string) => void;

  readonly findRun: (organizationId: string, runId: string) => Promise<RunView | undefined>;
  /** In the order in which they began. */
  readonly listSteps: (organizationId: string, runId: string) => Promise<readonly StepView[]>;
  readonly listRuns: (
    organizationId: string,
    filter: RunFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ) => Promise<Page<RunView>>;
  readonly command: (
    organizationId: string,
    runId: string,
    command: RunCommand,
    record?: RecordCommand,
  ) => Promise<CommandAnswer>;
  /** A new run for the same event, on the version that is published now. */
  readonly replay: (
    organizationId: string,
    runId: string,
    record?: RecordReplay,
  ) => Promise<{ readonly kind: 'replayed'; readonly runId: string } | Exclude<CommandAnswer, { kind: 'done' }>>;
  readonly listDeadLetters: (
    organizationId: string,
    page: { readonly limit: number; readonly cursor: string | null },
  ) => Promise<Page<DeadLetterView>>;

  /** The run's result, or undefined when it has not ended within the time. */
  readonly waitForResult: (organizationId: string, runId: string, timeoutMs: number) => Promise<RunResult | undefined>;
  /** Calls back soon after each commit that concerns the run; a hint, so read afresh. Returns the way to stop. */
  readonly watchRun: (runId: string, changed: () => void) => () => void;
};

/** Intake holds as much as it can; the caller is to come again later (503 with Retry-After). */
export class Overloaded extends Error {
  readonly retryAfterSeconds = 1;
  constructor() {
    super('The server is taking in as much as it can. Try again in a second.');
    this.name = 'Overloaded';
  }
}
