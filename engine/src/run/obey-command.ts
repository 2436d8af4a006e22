/** What people ask of a run: cancel, pause, resume, retry. Whether it makes sense is decided by why-refused.ts. */
import { NEXT } from '../definition/format.ts';
import { beginRun, grantDuration, grantSteps } from './begin-run.ts';
import { type Draft, liveScopes, putStep } from './draft.ts';
import { endRun } from './end-run.ts';
import type { RunEvent } from './event.ts';
import { completeStep, failStep } from './finish-step.ts';
import { tryAgain } from './fire-timers.ts';
import { isParkedByWorker, park, parkForOutcome } from './park.ts';
import { begunOf, keyOf } from './perform.ts';
import { recordStep } from './record-step.ts';
import { recoverActions } from './recover-actions.ts';
import type { Run } from './run.ts';
import type { Place, StepState, Timer } from './state.ts';

type Outcome = NonNullable<Extract<RunEvent, { kind: 'resume-requested' }>['outcome']>;

/** Wins in every state: a parked run is no longer parked, and nothing is undone. */
export function cancelRun(draft: Draft, reason: string | undefined): void {
  const wasDropped = draft.parked !== null && isParkedByWorker(draft.parked);
  draft.parked = null;
  const message = reason ?? 'The run was cancelled.';
  endRun(draft, { status: 'cancelled', output: null, error: { code: 'cancelled', message, nodeId: null } });
  if (wasDropped) recoverActions(draft);
}

export function pauseRun(draft: Draft, reason: string | undefined): void {
  park(draft, 'paused', reason ?? 'The run was paused.');
}

/** Time that was spent parked does not count for delays, time-outs and backoffs; set moments stay where they are. */
export function resumeRun(draft: Draft, parked: NonNullable<Run['parked']>, outcome: Outcome | undefined): void {
  draft.parked = null;
  if (draft.phase.kind === 'new') {
    beginRun(draft);
    return;
  }
  if (isParkedByWorker(parked)) recoverActions(draft);
  moveTimers(draft, parked.at);
  if (parked.code === 'duration_exceeded') grantDuration(draft);
  if (parked.code === 'step_budget_exceeded') grantSteps(draft);
  const [unknown, ...others] = unknownSteps(draft);
  if (unknown === undefined) return;
  const stillUnknown = outcome === undefined ? unknown : others[0];
  if (outcome !== undefined) applyOutcome(draft, unknown, outcome);
  if (stillUnknown !== undefined)
    parkForOutcome(draft, keyOf(draft, stillUnknown.place), stillUnknown.state.error.message);
}

/** Everything that failed, was cut off or never got its turn starts now, with fresh attempts and budgets. */
export function retryRun(draft: Draft): void {
  if (draft.started === 0 && draft.ready.length === 0) {
    beginRun(draft);
    return;
  }
  draft.phase = { kind: 'going' };
  grantDuration(draft);
  grantSteps(draft);
  const again: { readonly place: Place; readonly seq: number }[] = [];
  for (const { place, state } of liveSteps(draft)) {
    if (state.kind === 'looping') recordStep(draft, place, state, { status: 'running' });
    if (state.kind !== 'failed' && state.kind !== 'cut') continue;
    putStep(draft, place, { kind: 'ready', again: { seq: state.seq, attempt: state.attempt } });
    again.push({ place, seq: state.seq });
  }
  again.sort((one, other) => one.seq - other.seq);
  draft.ready.unshift(...again.map(({ place }) => place));
}

type UnknownStep = { readonly place: Place; readonly state: Extract<StepState, { kind: 'unknown' }> };

function unknownSteps(draft: Draft): readonly UnknownStep[] {
  const unknown = liveSteps(draft).flatMap(({ place, state }) => (state.kind === 'unknown' ? [{ place, state }] : []));
  return unknown.sort((one, other) => one.state.seq - other.state.seq);
}

function applyOutcome(draft: Draft, { place, state }: UnknownStep, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'repeat':
      tryAgain(draft, place, begunOf(state));
      return;
    case 'succeeded':
      completeStep(draft, place, begunOf(state), { output: outcome.output, port: NEXT });
      return;
    case 'failed':
      failStep(draft, place, begunOf(state), state.error);
      return;
  }
}

function moveTimers(draft: Draft, parkedAt: number): void {
  if (draft.deadline !== null) draft.deadline = moved(draft, draft.deadline, parkedAt);
  for (const { place, state } of liveSteps(draft)) {
    switch (state.kind) {
      case 'backing-off':
      case 'sleeping':
      case 'listening':
      case 'awaiting-child':
        moveTimer(draft, place, state, parkedAt);
        break;
      case 'ready':
      case 'performing':
      case 'looping':
      case 'unknown':
      case 'failed':
      case 'cut':
      case 'settled':
        break;
    }
  }
}

type Timed = Extract<StepState, { kind: 'backing-off' | 'sleeping' | 'listening' | 'awaiting-child' }>;

function moveTimer(draft: Draft, place: Place, state: Timed, parkedAt: number): void {
  if (state.timer === null || state.timer.since === null) return;
  const timer = moved(draft, state.timer, parkedAt);
  putStep(draft, place, { ...state, timer });
  const error = state.kind === 'backing-off' ? state.error : null;
  recordStep(draft, place, state, { status: 'waiting', dueAt: timer.dueAt, error });
}

function moved(draft: Draft, timer: Timer, parkedAt: number): Timer {
  if (timer.since === null) return timer;
  return { ...timer, dueAt: timer.dueAt + draft.context.now - Math.max(parkedAt, timer.since) };
}

function liveSteps(draft: Draft): { readonly place: Place; readonly state: StepState }[] {
  return liveScopes(draft).flatMap((scope) =>
    Object.entries(scope.steps).map(([step, state]) => ({ place: { scope: scope.key, step }, state })),
  );
}
