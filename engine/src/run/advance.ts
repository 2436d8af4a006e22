/**
 * The interpreter: what one event does to one run.
 *
 * 1. `advance` is pure. The run passed in is never changed; the same arguments give the same answer.
 * 2. It never throws for an event that does not fit (late, doubled, unknown step, run at its end): such an event gives
 *    back the very same run and no effects. What it throws is a bug, and its caller parks the run.
 * 3. A node starts when each edge that leads to it is settled and one is taken; it is skipped when all are dead
 *    (settle.ts). It starts at most once in a scope, but for a retry of the run.
 * 4. A scope ends when nothing in it is ready or begun. The root's end is the run's; an iteration leaves what the loop
 *    collects (close-iteration.ts), and opens the next (iterate.ts).
 * 5. Only `startReady` starts steps, only while the run is going and not parked. All else just makes steps ready.
 *    What is ready keeps its turn through pauses, failures and restarts.
 * 6. An attempt is in the run as `performing` before its effect is out, with all that is needed to ask for it again.
 * 7. A timer fires at or after its moment, never before, and never while the run is parked.
 * 8. After the first failure that is not let pass, or a stop or cancel, nothing new starts (end-run.ts); actions under
 *    way answer, then steps are undone where that is asked for, then the run finishes (conclude.ts), once.
 *
 * Who owns what: rules in nodes/ decide and touch nothing; settle.ts owns the spreading of taken and dead paths,
 * finish-step.ts how a step ends, answer-action.ts attempts, fire-timers.ts time, obey-command.ts what people ask,
 * draft.ts the mutable copy in which all of them work.
 */

import { NEXT } from '../definition/format.ts';
import { completeAction, failAction, failAttempt } from './answer-action.ts';
import { beginRun } from './begin-run.ts';
import { conclude } from './conclude.ts';
import { type AdvanceContext, type Draft, findStep, openDraft, sealDraft } from './draft.ts';
import type { RunEffect } from './effect.ts';
import type { Fact, RunEvent } from './event.ts';
import { completeStep } from './finish-step.ts';
import { fireTimers } from './fire-timers.ts';
import { getNode } from './get-node.ts';
import { locate } from './locate.ts';
import { namesAt } from './names-at.ts';
import { isAwaited, RECEIVED } from './nodes/wait-for-event.ts';
import { cancelRun, pauseRun, resumeRun, retryRun } from './obey-command.ts';
import { begunOf, keyOf } from './perform.ts';
import type { Plan } from './plan.ts';
import { recoverActions } from './recover-actions.ts';
import type { Run } from './run.ts';
import { startReady } from './start-ready.ts';
import type { Place } from './state.ts';
import { whyRefused } from './why-refused.ts';

export type { AdvanceContext } from './draft.ts';

/** Takes a run one event further. See the invariants above. */
export function advance(
  plan: Plan,
  run: Run,
  event: RunEvent,
  context: AdvanceContext,
): { run: Run; effects: RunEffect[] } {
  const draft = openDraft(plan, run, context);
  if (!take(draft, event)) return { run, effects: [] };
  startReady(draft);
  conclude(draft);
  draft.status = statusOf(draft);
  return sealDraft(draft);
}

/** False where the event does not fit; the draft is then untouched. */
function take(draft: Draft, event: RunEvent): boolean {
  const isOver = draft.phase.kind === 'over';
  switch (event.kind) {
    case 'run-started':
      return start(draft);
    case 'action-completed':
      return !isOver && at(draft, event.step, (place) => completeAction(draft, place, event.attempt, event.output));
    case 'action-failed':
      return !isOver && at(draft, event.step, (place) => failAction(draft, place, event.attempt, event.failure));
    case 'event-received':
      return !isOver && at(draft, event.step, (place) => receive(draft, place, event.event));
    case 'child-finished':
      return !isOver && at(draft, event.step, (place) => endCall(draft, place, event));
    case 'time-passed':
      return !isOver && passTime(draft);
    case 'run-recovered':
      return draft.phase.kind === 'new' ? start(draft) : !isOver && recover(draft);
    case 'cancel-requested':
      return obey(draft, event, () => cancelRun(draft, event.reason));
    case 'pause-requested':
      return obey(draft, event, () => pauseRun(draft, event.reason));
    case 'resume-requested':
      return obey(draft, event, (parked) => parked && resumeRun(draft, parked, event.outcome));
    case 'retry-requested':
      return obey(draft, event, () => retryRun(draft));
  }
}

function start(draft: Draft): boolean {
  if (draft.phase.kind !== 'new') return false;
  beginRun(draft);
  return true;
}

function at(draft: Draft, key: string, then: (place: Place) => boolean): boolean {
  const place = locate(draft, key);
  return place !== null && then(place);
}

function obey(
  draft: Draft,
  event: Parameters<typeof whyRefused>[1],
  then: (parked: Run['parked']) => unknown,
): boolean {
  if (whyRefused(draft.run, event) !== null) return false;
  then(draft.parked);
  return true;
}

function passTime(draft: Draft): boolean {
  return fireTimers(draft) || hasMoreToStart(draft);
}

function recover(draft: Draft): boolean {
  return recoverActions(draft) || hasMoreToStart(draft);
}

function hasMoreToStart(draft: Draft): boolean {
  return draft.phase.kind === 'going' && draft.parked === null && draft.ready.length > 0;
}

function receive(draft: Draft, place: Place, offered: Fact): boolean {
  const state = findStep(draft, place);
  const { work } = getNode(draft, place);
  if (state?.kind !== 'listening' || work.kind !== 'flow' || work.flow.type !== 'flow.wait_for_event') return false;
  if (!isAwaited(work.flow.input, offered, namesAt(draft, place.scope))) return false;
  draft.effects.push({ kind: 'forget-event', step: keyOf(draft, place) });
  const { type, data, time } = offered;
  completeStep(draft, place, begunOf(state), { output: { type, data, time }, port: RECEIVED });
  return true;
}

/** No child was started: another attempt would stand just as deep. */
const TOO_DEEP = 'too_deep';

function endCall(draft: Draft, place: Place, event: Extract<RunEvent, { kind: 'child-finished' }>): boolean {
  const state = findStep(draft, place);
  if (state?.kind !== 'awaiting-child' || (event.attempt ?? state.attempt) !== state.attempt) return false;
  const begun = begunOf(state);
  if (event.status === 'completed') {
    completeStep(draft, place, begun, { output: event.output, port: NEXT });
    return true;
  }
  if (event.error?.code === TOO_DEEP && event.runId === '') {
    failAttempt(draft, place, begun, { kind: 'terminal', code: TOO_DEEP, message: event.error.message });
    return true;
  }
  const message = event.error?.message ?? `It was ${event.status}.`;
  failAttempt(draft, place, begun, {
    kind: 'retry',
    code: event.status === 'failed' ? 'child_failed' : 'child_cancelled',
    message: `The workflow that was called ${event.status === 'failed' ? 'failed' : 'was cancelled'}: ${message}`,
    details: { runId: event.runId, error: event.error },
  });
  return true;
}

function statusOf(draft: Draft): Run['status'] {
  if (draft.phase.kind === 'over') return draft.status;
  if (draft.parked !== null) return 'parked';
  if (draft.phase.kind === 'new') return 'queued';
  return draft.performing > 0 ? 'running' : 'waiting';
}
