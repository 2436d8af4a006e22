import { NEXT } from '../definition/format.ts';
import { addDuration } from '../schedule/duration.ts';
import { failAttempt } from './answer-action.ts';
import { type Draft, findStep, liveScopes, timerOf } from './draft.ts';
import { completeStep } from './finish-step.ts';
import { getNode } from './get-node.ts';
import { TIMEOUT } from './nodes/wait-for-event.ts';
import { park } from './park.ts';
import { begunOf, callWorkflow, keyOf, performAction } from './perform.ts';
import type { Begun, Place, StepState } from './state.ts';
import { zoneOf } from './zone-of.ts';

/** Fires every timer that is due, the earliest first. Never one that is not. False where none is. */
export function fireTimers(draft: Draft): boolean {
  const { now } = draft.context;
  if (draft.parked !== null) return false;
  const due = dueSteps(draft);
  for (const { place, state, dueAt } of due) {
    if (draft.deadline !== null && draft.deadline.dueAt <= dueAt) break;
    // A timer that fired before may have ended the run, and this wait with it.
    if (findStep(draft, place) !== state) continue;
    fire(draft, place, state);
  }
  const isLate = draft.deadline !== null && draft.deadline.dueAt <= now;
  if (isLate) {
    const limit = draft.plan.settings.maxDuration;
    park(
      draft,
      'duration_exceeded',
      `The run has lasted longer than settings.maxDuration (${limit}) allows. Resume it to allow as long again.`,
    );
  }
  return due.length > 0 || isLate;
}

type BegunState = Extract<StepState, Begun>;
type DueStep = { readonly place: Place; readonly state: BegunState; readonly dueAt: number };

function dueSteps(draft: Draft): readonly DueStep[] {
  const due: DueStep[] = [];
  for (const scope of liveScopes(draft)) {
    if (scope.dueAt === null || scope.dueAt > draft.context.now) continue;
    for (const [step, state] of Object.entries(scope.steps)) {
      const dueAt = timerOf(state)?.dueAt;
      if (dueAt === undefined || dueAt > draft.context.now || !('seq' in state)) continue;
      due.push({ place: { scope: scope.key, step }, state, dueAt });
    }
  }
  return due.sort((one, other) => one.dueAt - other.dueAt || one.state.seq - other.state.seq);
}

function fire(draft: Draft, place: Place, state: BegunState): void {
  switch (state.kind) {
    case 'sleeping':
      completeStep(draft, place, begunOf(state), { output: null, port: NEXT });
      return;
    case 'listening':
      draft.effects.push({ kind: 'forget-event', step: keyOf(draft, place) });
      completeStep(draft, place, begunOf(state), { output: null, port: TIMEOUT });
      return;
    case 'backing-off':
      tryAgain(draft, place, begunOf(state));
      return;
    case 'awaiting-child':
      draft.effects.push({ kind: 'cancel-child', step: keyOf(draft, place) });
      failAttempt(draft, place, begunOf(state), CHILD_TOO_SLOW);
      return;
    case 'performing':
    case 'looping':
    case 'unknown':
    case 'failed':
    case 'cut':
      throw new Error(`Step '${place.step}' is ${state.kind} and has no timer.`);
  }
}

const CHILD_TOO_SLOW = {
  code: 'timeout',
  message: "The workflow that was called did not end within the node's time-out.",
  kind: 'retry',
} as const;

/** The next attempt, with the input of the one before. */
export function tryAgain(draft: Draft, place: Place, begun: Begun): void {
  const { node, work } = getNode(draft, place);
  const next = { ...begun, attempt: begun.attempt + 1 };
  if (work.kind !== 'flow') {
    performAction(draft, place, next);
    return;
  }
  const { now } = draft.context;
  const zone = zoneOf(draft.plan.settings.timezone, draft.context);
  const timer = node.timeout === undefined ? null : { dueAt: addDuration(now, node.timeout, zone), since: now };
  callWorkflow(draft, place, next, timer);
}
