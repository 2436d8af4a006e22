/** How a step that has begun ends: well, or with an error that its node lets pass, handles, or fails the run with. */
import { ERROR } from '../definition/format.ts';
import type { Json } from '../json.ts';
import { appended } from './chunked-list.ts';
import { type Draft, putOutput, putStep, writeScope } from './draft.ts';
import { endRun } from './end-run.ts';
import { getNode } from './get-node.ts';
import { begunOf } from './perform.ts';
import { recordStep } from './record-step.ts';
import { settle } from './settle.ts';
import type { Begun, Place, StepError } from './state.ts';
import { samePlace } from './step-key.ts';

export function completeStep(
  draft: Draft,
  place: Place,
  begun: Begun,
  result: { readonly output: Json; readonly port: string | null },
): void {
  const { output, port } = result;
  const record = recordStep(draft, place, begun, { status: 'completed', finishedAt: draft.context.now, output, port });
  if (isUndoing(draft, place)) {
    endUndo(draft, place, true);
    return;
  }
  putOutput(draft, place, { output, error: null });
  if (getNode(draft, place).compensate !== null && draft.plan.settings.onError === 'rollback') {
    draft.undo = appended(draft.undo, { scope: place.scope, record });
    writeScope(draft, place.scope).undoable = true;
  }
  settle(draft, place, port);
}

/** After the last attempt. */
export function failStep(draft: Draft, place: Place, begun: Begun, error: StepError): void {
  const node = getNode(draft, place);
  if (isUndoing(draft, place)) {
    recordFailed(draft, place, begun, error, null);
    endUndo(draft, place, false);
    return;
  }
  switch (node.onError) {
    case 'continue':
      passOn(draft, place, begun, error, node.ports.whenContinued);
      return;
    case 'branch':
      passOn(draft, place, begun, error, ERROR);
      return;
    case 'stop':
      failRun(draft, place, begun, error, null);
      return;
  }
}

/** The step ends the run as failed; where the run is ending already, its first error stands. */
export function failRun(draft: Draft, place: Place, begun: Begun, error: StepError, output: Json): void {
  recordFailed(draft, place, begun, error, null);
  putStep(draft, place, { ...begunOf(begun), kind: 'failed' });
  if (draft.phase.kind !== 'going') return;
  const { code, message } = error;
  endRun(draft, { status: 'failed', output, error: { code, message, nodeId: getNode(draft, place).id } }, place);
}

export function isUndoing(draft: Draft, place: Place): boolean {
  return draft.undoing !== null && samePlace(draft.undoing.place, place);
}

function passOn(draft: Draft, place: Place, begun: Begun, error: StepError, port: string): void {
  recordFailed(draft, place, begun, error, port);
  putOutput(draft, place, { output: null, error });
  settle(draft, place, port);
}

function recordFailed(draft: Draft, place: Place, begun: Begun, error: StepError, port: string | null): void {
  recordStep(draft, place, begun, { status: 'failed', finishedAt: draft.context.now, error, port });
}

/** A compensation leads nowhere: `conclude` starts the next. */
function endUndo(draft: Draft, place: Place, hasUndone: boolean): void {
  if (hasUndone && draft.undoing !== null) {
    draft.effects.push({ kind: 'record-step', record: { ...draft.undoing.undo.record, status: 'compensated' } });
  }
  putStep(draft, place, { kind: 'settled', port: null });
  draft.undoing = null;
}
