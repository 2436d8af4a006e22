/**
 * What the runtime asks of the place where runs are kept. Here is what is asked; what each request does to the rows
 * stands in sql/, statement by statement. `createPostgresRunStore` is the real one; the fault simulator has another.
 *
 * Every request may fail with its effect done or not done: the answer can be lost as well as the question.
 */
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import type { Transaction } from '../../platform/db/database.ts';
import type { AcceptOutcome, RunRow } from '../sql/accept-events.ts';
import type { ClaimedRow } from '../sql/claim-runs.ts';
import type { JournalRow, StepRow, WaitRow } from '../work/journal-rows.ts';

export type RunStore = {
  /** Due runs, each organization its share; now held by the worker. */
  readonly claim: (workerId: string, room: number) => Promise<readonly ClaimedRow[]>;
  /** What the store says this worker holds. */
  readonly listHeld: (workerId: string) => Promise<readonly HeldRow[]>;
  /** Lets go of held runs that nobody carries; they are due a little later. */
  readonly giveBackDropped: (workerId: string, dropped: readonly Claim[]) => Promise<void>;
  /** Ends the worker's lease; what it holds is due at once. */
  readonly giveBack: (workerId: string) => Promise<void>;
  /** Frees the runs of workers whose lease has run out; answers with how many. */
  readonly rescue: () => Promise<number>;
  /** Frees runs held by workers that have no lease at all: none by design. */
  readonly rescueOrphans: () => Promise<number>;
  /** What waits for one run; null where it is not alive. */
  readonly readInbox: (organizationId: string, runId: string) => Promise<Inbox | null>;
  /** The inboxes of many runs, in the order in which messages came. */
  readonly readInboxes: (runIds: readonly string[]) => Promise<readonly InboxRow[]>;
  /** What the event with this key started. */
  readonly findAccepted: (organizationId: string, keyHash: string) => Promise<AcceptedRow | undefined>;
  /** Each statement is a commit of its own. */
  readonly alone: Statements;
  /** All statements in one commit. */
  readonly together: <T>(work: (statements: Statements) => Promise<T>) => Promise<T>;
  /**
   * All statements, and what record actions do, in one commit that sees one organization. Run again as a whole where
   * it gave way to another, so `work` must do nothing outside it.
   */
  readonly recording: <T>(organizationId: string, work: (statements: RecordStatements) => Promise<T>) => Promise<T>;
};

export type Statements = {
  /** Writes what a worker's runs did; answers with those that were its own, and their new tokens. */
  readonly commitJournal: (workerId: string, rows: JournalRows) => Promise<readonly WrittenRow[]>;
  readonly offerPastEvents: (waits: readonly WaitRow[]) => Promise<void>;
  /** `events` are EventRows as JSON texts. */
  readonly acceptEvents: (events: readonly string[], runs: readonly RunRow[]) => Promise<readonly AcceptOutcome[]>;
  /** The runs that these steps started. */
  readonly findChildren: (
    organizationId: string,
    parentRunId: string,
    steps: readonly string[],
  ) => Promise<readonly string[]>;
  readonly sendToRuns: (messages: readonly RunMessage[]) => Promise<void>;
};

export type RecordStatements = Statements & {
  /** Which of these claims still hold; they stay so until the commit. */
  readonly lockClaims: (workerId: string, claims: readonly Claim[]) => Promise<ReadonlySet<string>>;
  /** Does `work`; where it answers `undo`, all that it wrote is undone. */
  readonly attempt: <T>(work: (tx: Transaction) => Promise<T>, undo: (answer: T) => boolean) => Promise<T>;
};

export type JournalRows = {
  readonly runs: readonly JournalRow[];
  readonly steps: readonly StepRow[];
  readonly waitsAdded: readonly WaitRow[];
  readonly waitsDropped: readonly { readonly org_id: string; readonly run_id: string; readonly step: string }[];
};

/** What proves that a run is one's own: it rises with each claim and with each write. */
export type Claim = { readonly id: string; readonly token: string | number };
/** `wake` counts the messages that were put into the run's inbox. */
export type HeldRow = Claim & { readonly wake: number };
export type WrittenRow = HeldRow & { readonly now_ms: number | string };
export type Inbox = { readonly wake: number; readonly messages: readonly Omit<InboxRow, 'run_id'>[] };
export type InboxRow = { readonly run_id: string; readonly id: string | number; readonly message: RunEvent };
export type RunMessage = { readonly org_id: string; readonly run_id: string; readonly message: RunEvent };
export type AcceptedRow = { readonly event_id: string; readonly run_ids: readonly string[] };
