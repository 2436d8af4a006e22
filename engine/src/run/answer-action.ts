/** What the attempt of an action, or a child run, leads to. */
import { NEXT } from '../definition/format.ts';
import type { Json } from '../json.ts';
import { backoffDelayMs, seededRandom } from '../schedule/backoff.ts';
import { type Draft, findStep, putStep } from './draft.ts';
import type { ActionFailure } from './event.ts';
import { completeStep, failRun, failStep, isUndoing } from './finish-step.ts';
import { getNode } from './get-node.ts';
import { parkForOutcome } from './park.ts';
import { begunOf, keyOf } from './perform.ts';
import { recordStep } from './record-step.ts';
import type { Begun, Place, StepError } from './state.ts';

/** False where no such attempt is under way. */
export function completeAction(draft: Draft, place: Place, attempt: number, output: Json): boolean {
  const state = findStep(draft, place);
  if (state?.kind !== 'performing' || state.attempt !== attempt) return false;
  completeStep(draft, place, begunOf(state), { output, port: NEXT });
  return true;
}

/** False where no such attempt is under way. */
export function failAction(draft: Draft, place: Place, attempt: number, failure: ActionFailure): boolean {
  const state = findStep(draft, place);
  if (state?.kind !== 'performing' || state.attempt !== attempt) return false;
  failAttempt(draft, place, begunOf(state), failure);
  return true;
}

export function failAttempt(draft: Draft, place: Place, begun: Begun, failure: ActionFailure): void {
  const error = errorOf(failure);
  switch (failure.kind) {
    case 'terminal':
      failStep(draft, place, begun, error);
      return;
    case 'unknown':
      if (!getNode(draft, place).repeatable) {
        leaveUnknown(draft, place, begun, error);
        return;
      }
      tryAgainLater(draft, place, begun, failure);
      return;
    case 'retry':
      tryAgainLater(draft, place, begun, failure);
      return;
  }
}

/** The step stays as it is until a person says what became of it. A cancelled run does not wait for that. */
export function leaveUnknown(draft: Draft, place: Place, begun: Begun, error: StepError): void {
  if (draft.phase.kind === 'ending' && draft.phase.status !== 'failed') {
    failStep(draft, place, begun, error);
    return;
  }
  putStep(draft, place, { ...begunOf(begun), kind: 'unknown', error });
  recordStep(draft, place, begun, { status: 'parked', error });
  parkForOutcome(draft, keyOf(draft, place), error.message);
}

function tryAgainLater(draft: Draft, place: Place, begun: Begun, failure: ActionFailure): void {
  const { now } = draft.context;
  const error = errorOf(failure);
  const random = seededRandom(`${draft.run.id}/${keyOf(draft, place)}/${begun.attempt}`);
  const delayMs = failure.notAttempted
    ? putOffMs(failure, random)
    : backoffDelayMs({
        retry: getNode(draft, place).retry,
        attempt: begun.attempt - begun.spent,
        random,
        ...(failure.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
      });
  if (delayMs === null || (draft.phase.kind === 'ending' && isUndoing(draft, place))) {
    failStep(draft, place, begun, error);
    return;
  }
  // The attempts that are left are for a retry of the run: the step has not failed for good.
  if (draft.phase.kind === 'ending') {
    failRun(draft, place, begun, error, null);
    return;
  }
  const timer = { dueAt: now + delayMs, since: now };
  const attempt = failure.notAttempted ? begun.attempt - 1 : begun.attempt;
  putStep(draft, place, { ...begunOf(begun), attempt, kind: 'backing-off', timer, error });
  recordStep(draft, place, begun, { status: 'waiting', error, dueAt: timer.dueAt });
}

const SHORTEST_PUT_OFF_MS = 1_000;

/** Spread, so that all that were put off together do not come back together. */
function putOffMs({ retryAfterMs = 0 }: ActionFailure, random: number): number {
  return Math.ceil(Math.max(retryAfterMs, SHORTEST_PUT_OFF_MS) * (1 + random / 4));
}

function errorOf({ code, message, details }: ActionFailure): StepError {
  return { code, message, ...(details !== undefined && { details }) };
}
