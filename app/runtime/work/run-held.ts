/**
 * Carries a held run on until it ends, waits, or is lost: decide, write, perform, and again.
 *
 * H1  What was decided is written before anything outside is done (J3).
 * H2  Answers that come while a write is under way are applied after it, together.
 * H3  Nothing outside begins once the lease has run out.
 * H4  An error in our own code parks this run and no other.
 */
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import { isCancelling } from '@mainspring/engine/run/why-refused.ts';
import { pause, type Timers } from '../../platform/clock/timers.ts';
import type { Log } from '../../platform/db/log.ts';
import type { Deployments } from '../deployments/deployments.ts';
import { OutdatedDeployments } from '../deployments/outdated-deployments.ts';
import type { RunStore } from '../store/run-store.ts';
import { type AdvanceDeps, advanceHeldRun } from './advance-held-run.ts';
import { isRowError } from './database-errors.ts';
import { emptyPending, type HeldRun, type PerformAction } from './held-run.ts';
import type { Journal, Written } from './journal.ts';
import type { Mailbox } from './mailbox.ts';
import { storableText } from './storable.ts';

export type RunHeldDeps = AdvanceDeps & {
  readonly store: Pick<RunStore, 'readInbox'>;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly deployments: Deployments;
  readonly leaseHeld: () => boolean;
  readonly onCommitted: (held: HeldRun) => void;
  /** Something will be due at this time, by the database's clock. */
  readonly dueAt: (ms: number) => void;
  readonly log: Log;
};

/** What the worker may do with a run that is being carried on. */
export type Carrying = {
  readonly held: HeldRun;
  readonly mailbox: Mailbox;
  readonly lost: AbortController;
};

/** Claims without a commit in between after which a run is taken to kill its workers. */
const MAX_CLAIMS = 4;

export async function runHeld(deps: RunHeldDeps, carrying: Carrying, opening: readonly RunEvent[]): Promise<void> {
  const { held, mailbox, lost } = carrying;
  // Actions under way, and those whose answer lies in the mailbox: letting go of the run would lose both.
  let unanswered = 0;
  const perform = (effect: PerformAction) => {
    unanswered += 1;
    void deps.performer.performExternal(held, effect, lost.signal).then(mailbox.put);
  };
  const mustHold = (run: HeldRun) =>
    unanswered > 0 || run.pending.external.length > 0 || run.pending.recording.length > 0;

  decide(deps, held, opening);
  while (!lost.signal.aborted) {
    const written = await write(deps, carrying, mustHold);
    if (written.kind === 'lost') return lost.abort();
    deps.onCommitted(held);
    announce(deps, held, written.wake, mustHold(held));
    if (held.pending.ended !== null) return;
    if (lost.signal.aborted || !deps.leaseHeld()) return lost.abort();
    const { external, recording } = held.pending;
    held.pending = { ...emptyPending(), recording };
    external.forEach(perform);
    if (recording.length > 0) continue;
    if (unanswered === 0) return;
    if (written.wake > held.wake) mailbox.wake();
    const { answers, others } = await takeEvents(deps, carrying);
    unanswered -= answers.length;
    decide(deps, held, [...answers, ...others]);
  }
}

/**
 * Tells the worker what this commit made due: children, a parent that heard of its child, the next run in a line in
 * which this one stood before it, this run's own timer.
 */
function announce(deps: RunHeldDeps, held: HeldRun, wake: number, holding: boolean): void {
  const now = deps.now();
  const toldParent = held.pending.ended !== null && held.parent !== null;
  if (toldParent || held.pending.children.length > 0 || freesPlace(held, holding)) deps.dueAt(now);
  if (held.pending.ended !== null || holding) return;
  if (wake > held.wake) deps.dueAt(now);
  else if (held.run.dueAt !== null) deps.dueAt(held.run.dueAt);
}

/** An end lets the subject's next run begin; a run that is let go of, or ends, is one under the workflow's limit less. */
function freesPlace(held: HeldRun, holding: boolean): boolean {
  const { order, concurrency } = held.plan.settings;
  return (order === 'subject' && held.pending.ended !== null) || (concurrency !== undefined && !holding);
}

/** Waits for answers, for something in the inbox, or for the run's own next timer. */
async function takeEvents(
  deps: RunHeldDeps,
  { held, mailbox, lost }: Carrying,
): Promise<{ readonly answers: readonly RunEvent[]; readonly others: readonly RunEvent[] }> {
  const dueInMs = held.run.dueAt === null ? null : Math.max(0, held.run.dueAt - deps.now());
  const taken = await mailbox.take(dueInMs, lost.signal);
  const others: RunEvent[] = taken.due ? [{ kind: 'time-passed' }] : [];
  if (taken.woken) others.push(...(await readInbox(deps.store, held)));
  return { answers: taken.events, others };
}

/** Notes what it read, so that the next write deletes just that. */
async function readInbox(store: RunHeldDeps['store'], held: HeldRun): Promise<readonly RunEvent[]> {
  const inbox = await store.readInbox(held.organizationId, held.id);
  if (inbox === null) return [];
  const messages = inbox.messages.filter(({ id }) => Number(id) > Number(held.inboxUpto ?? 0));
  held.wake = inbox.wake;
  held.inboxUpto = messages.at(-1)?.id ?? held.inboxUpto;
  return messages.map(({ message }) => message);
}

/** The inboxes of a batch of claimed runs, read at once. */
export async function readClaimedInboxes(
  store: Pick<RunStore, 'readInboxes'>,
  helds: readonly HeldRun[],
): Promise<ReadonlyMap<string, readonly RunEvent[]>> {
  const byRun = new Map<string, RunEvent[]>();
  if (helds.length === 0) return byRun;
  const rows = await store.readInboxes(helds.map((held) => held.id));
  const byId = new Map(helds.map((held) => [held.id, held]));
  for (const row of rows) {
    const held = byId.get(row.run_id);
    if (held === undefined) continue;
    held.inboxUpto = row.id;
    byRun.set(row.run_id, [...(byRun.get(row.run_id) ?? []), row.message]);
  }
  return byRun;
}

function decide(deps: RunHeldDeps, held: HeldRun, events: readonly RunEvent[]): void {
  if (held.claims >= MAX_CLAIMS && !held.committedSinceClaim) {
    park(held, deps.now(), 'worker_lost', `The run was begun ${held.claims} times and its worker died each time.`);
    return;
  }
  try {
    advanceHeldRun(deps, held, events);
    if (isCancelling(held.run)) callOff(deps, held);
  } catch (error) {
    deps.log.error({ err: error, runId: held.id }, 'a run was parked because of an error in the engine');
    const reason = error instanceof Error ? error.message : String(error);
    park(held, deps.now(), 'internal_error', `The engine could not go on: ${storableText(reason)}`);
  }
}

/** What was about to begin when the run was cancelled does not begin. What was called before may still answer. */
function callOff(deps: RunHeldDeps, held: HeldRun): void {
  const { external, recording } = held.pending;
  held.pending.external = [];
  held.pending.recording = [];
  const failure = {
    kind: 'terminal',
    code: 'cancelled',
    message: 'The run was cancelled before the step began.',
  } as const;
  advanceHeldRun(
    deps,
    held,
    [...external, ...recording].map(({ step, attempt }) => ({ kind: 'action-failed', step, attempt, failure })),
  );
}

/**
 * Takes the run out of the way until a person looks at it. It goes back to what is stored: what it had not yet written
 * is dropped, and what it had read of its inbox stays there.
 */
function park(held: HeldRun, now: number, code: string, message: string): void {
  held.pending = emptyPending();
  held.inboxUpto = null;
  held.run = { ...held.stored, status: 'parked', dueAt: null, parked: { code, message, at: now } };
}

const RETRY_MS = [50, 200, 500, 1000, 2000];

/** Writes until it is written or lost: as long as the lease holds, what was decided and done is not thrown away. */
async function write(
  deps: RunHeldDeps,
  { held, lost }: Carrying,
  mustHold: (held: HeldRun) => boolean,
): Promise<Written> {
  for (let attempt = 0; !lost.signal.aborted; attempt += 1) {
    try {
      return await deps.journal.write(held, mustHold, lost.signal);
    } catch (error) {
      await mend(deps, held, error, attempt);
    }
    await pause(deps.timers, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] as number);
    if (!deps.leaseHeld()) break;
  }
  return { kind: 'lost' };
}

async function mend(deps: RunHeldDeps, held: HeldRun, error: unknown, attempt: number): Promise<void> {
  if (error instanceof OutdatedDeployments) {
    held.organization = await deps.deployments.reload(held.organizationId);
    const gone = held.pending.children.filter((child) => !held.organization.byWorkflow.has(child.workflowId));
    if (gone.length === 0) return;
    const kept = held.pending.children.filter((child) => !gone.includes(child));
    held.pending.children.splice(0, held.pending.children.length, ...kept);
    decide(
      deps,
      held,
      gone.map((child) => ({
        kind: 'child-finished',
        step: child.step,
        runId: '',
        status: 'failed',
        output: null,
        error: {
          code: 'workflow_not_active',
          message: `There is no active workflow ${child.workflowId} to start.`,
          nodeId: null,
        },
      })),
    );
    return;
  }
  deps.log.warn({ err: error, runId: held.id, attempt }, 'a run could not be written; trying again');
  if (isRowError(error) && attempt >= 2) {
    const reason = error instanceof Error ? error.message : String(error);
    park(held, deps.now(), 'unwritable', `What the run did could not be stored: ${storableText(reason)}`);
  }
}
