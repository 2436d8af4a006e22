/** What the checker looks at: the tables and the logs of the sinks, nothing that the runtime says of itself. */
import type { InjectedFault } from '../inject/inject-fault.ts';
import type { Operation } from '../load/generate-load.ts';
import type { WorkflowName } from '../load/workflows.ts';
import type { Mail } from '../parts/mail-sink.ts';
import type { Crash } from '../parts/server-process.ts';
import type { Call } from '../parts/world-stub.ts';

/** A run, alive or finished. Times are milliseconds since the epoch. */
export type RunSeen = {
  readonly id: string;
  readonly workflow: WorkflowName;
  readonly version: number;
  readonly status: string;
  /** Of a parked run: why. */
  readonly parkedCode: string | null;
  readonly error: string | null;
  /** `event.data.body.key` of a webhook, `event.data.key` of an event. */
  readonly key: string | null;
  /** Of `timer`. */
  readonly pause: string | null;
  readonly eventId: string;
  readonly parentRunId: string | null;
  readonly finishedAt: number | null;
  /** Of a run that is alive: seconds until a worker looks at it, when the evidence was read; null: only when called. */
  readonly dueInSeconds: number | null;
};

export type StepSeen = {
  readonly runId: string;
  readonly key: string;
  readonly status: string;
  readonly port: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly dueAt: number | null;
};

export type MessageSeen = {
  readonly runId: string;
  readonly step: string;
  readonly status: string;
  readonly messageId: string;
};

/** A change of a run, as the trigger in PostgreSQL noted it. */
export type AuditRow = {
  readonly at: number;
  /** The life whose connection did it, such as `worker-a/2`. */
  readonly app: string;
  readonly op: 'insert' | 'claim' | 'write' | 'release' | 'end';
  readonly runId: string;
  /** Of the run before and after it: the token rises with claims and with writes. */
  readonly oldToken: number;
  readonly newToken: number;
  /** Somebody holds the run after it. */
  readonly held: boolean;
};

export type TickSeen = {
  readonly workflow: WorkflowName;
  readonly eventId: string;
  readonly scheduledFor: number;
};

export type TableSeen = {
  readonly table: string;
  readonly isProtected: boolean;
  /** Rows that a tenant without any rows of its own could read. */
  readonly foreignRows: number;
};

export type Evidence = {
  readonly leaseMs: number;
  readonly faults: readonly InjectedFault[];
  readonly operations: readonly Operation[];
  readonly calls: readonly Call[];
  readonly mails: readonly Mail[];
  readonly runs: readonly RunSeen[];
  readonly steps: readonly StepSeen[];
  readonly messages: readonly MessageSeen[];
  readonly audit: readonly AuditRow[];
  readonly ticks: readonly TickSeen[];
  /** When the schedules were paused, by the clock of the suite. */
  readonly pausedAt: number;
  /** What `pinned` says of itself in each version. */
  readonly pinnedSays: ReadonlyMap<number, number>;
  readonly tables: readonly TableSeen[];
  /** Lives that ended without having been asked to, and graceful stops that did not end with 0. */
  readonly crashes: readonly Crash[];
};

export type Verdict = {
  /** `G1`, or a word for what has no number. */
  readonly promise: string;
  readonly title: string;
  readonly ok: boolean;
  /** False where nothing happened by which it could be judged. */
  readonly measured: boolean;
  /** The measured figure, as people read it. */
  readonly figure: string;
  readonly counts: Readonly<Record<string, number | null>>;
  /** What is wrong, with ids to look up; the first few. */
  readonly broken: readonly string[];
};

const SHOWN = 10;

/** `cases`: how often the promise was put to the test. */
export function verdict(
  given: Omit<Verdict, 'ok' | 'broken' | 'measured'> & { readonly cases: number; readonly broken: readonly string[] },
): Verdict {
  const { cases, broken, ...rest } = given;
  return { ...rest, ok: broken.length === 0, measured: cases > 0, broken: broken.slice(0, SHOWN) };
}
