import type { Json } from '../json.ts';
import { type Draft, getScope, liveScopes, putStep } from './draft.ts';
import { begunOf, keyOf } from './perform.ts';
import { recordStep } from './record-step.ts';
import type { RunFailure } from './run.ts';
import type { Place, StepError, StepState } from './state.ts';
import { CANCELLED } from './step-error.ts';

type Ending = {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly output: Json;
  readonly error: RunFailure | null;
};

/**
 * From here on nothing new starts. Waits are cut off, actions under way may answer; `conclude` does the rest.
 * `culprit` is the step whose failure is the reason: the loops around it have failed with it.
 */
export function endRun(draft: Draft, ending: Ending, culprit?: Place): void {
  draft.phase = { kind: 'ending', ...ending };
  draft.deadline = null;
  const failedLoops = culprit === undefined ? new Set<string>() : loopsAround(draft, culprit);
  for (const scope of liveScopes(draft)) {
    for (const step of Object.keys(scope.steps)) {
      const place = { scope: scope.key, step };
      cutOff(draft, place, scope.steps[step] as StepState, ending, failedLoops.has(keyOf(draft, place)));
    }
  }
}

/** Ready steps and loops keep their state, so that a retry of the run finds them where they were. */
function cutOff(draft: Draft, place: Place, state: StepState, ending: Ending, hasFailed: boolean): void {
  switch (state.kind) {
    case 'ready':
    case 'performing':
    case 'failed':
    case 'cut':
    case 'settled':
      return;
    case 'listening':
      draft.effects.push({ kind: 'forget-event', step: keyOf(draft, place) });
      cut(draft, place, state);
      return;
    case 'awaiting-child':
      draft.effects.push({ kind: 'cancel-child', step: keyOf(draft, place) });
      cut(draft, place, state);
      return;
    case 'sleeping':
      cut(draft, place, state);
      return;
    case 'backing-off':
      giveUp(draft, place, state, state.error);
      return;
    case 'unknown':
      // A failed run still waits for the person's word; a cancelled one waits for nothing.
      ending.status === 'failed' ? undefined : giveUp(draft, place, state, state.error);
      return;
    case 'looping': {
      const { now } = draft.context;
      if (!hasFailed) recordStep(draft, place, state, { status: 'skipped', finishedAt: now, error: CANCELLED });
      else recordStep(draft, place, state, { status: 'failed', finishedAt: now, error: ITERATION_FAILED });
    }
  }
}

const ITERATION_FAILED: StepError = { code: 'iteration_failed', message: 'A step inside this loop failed.' };

/** The step did not get its turn to the end; a retry of the run gives it another. */
export function cut(draft: Draft, place: Place, state: Extract<StepState, { seq: number }>): void {
  putStep(draft, place, { ...begunOf(state), kind: 'cut' });
  recordStep(draft, place, state, { status: 'skipped', finishedAt: draft.context.now, error: CANCELLED });
}

function giveUp(draft: Draft, place: Place, state: Extract<StepState, { seq: number }>, error: StepError): void {
  putStep(draft, place, { ...begunOf(state), kind: 'failed' });
  recordStep(draft, place, state, { status: 'failed', finishedAt: draft.context.now, error });
}

function loopsAround(draft: Draft, culprit: Place): Set<string> {
  const keys = new Set<string>();
  for (let scope = getScope(draft, culprit.scope); scope.parent !== null && scope.loop !== null; ) {
    keys.add(keyOf(draft, { scope: scope.parent, step: scope.loop }));
    scope = getScope(draft, scope.parent);
  }
  return keys;
}
