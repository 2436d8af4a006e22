import { leaveUnknown } from './answer-action.ts';
import { type Draft, liveScopes } from './draft.ts';
import { cut } from './end-run.ts';
import { getNode } from './get-node.ts';
import { emitAction, holdBack, isHeld } from './perform.ts';

/**
 * A worker died: what it may have been calling is asked for again where that is safe, else a person must say. A run
 * that was cancelled meanwhile calls nothing again. False where nothing was under way.
 */
export function recoverActions(draft: Draft): boolean {
  const lost = liveScopes(draft).flatMap((scope) =>
    Object.entries(scope.steps).flatMap(([step, state]) =>
      state.kind === 'performing' ? [{ place: { scope: scope.key, step }, state }] : [],
    ),
  );
  lost.sort((one, other) => one.state.seq - other.state.seq);
  for (const { place, state } of lost) {
    if (!getNode(draft, place).repeatable) leaveUnknown(draft, place, state, WORKER_DIED);
    else if (isCancelled(draft)) cut(draft, place, state);
    else if (isHeld(draft, place)) holdBack(draft, place, state);
    else emitAction(draft, place, state);
  }
  return lost.length > 0;
}

function isCancelled({ phase }: Draft): boolean {
  return phase.kind === 'ending' && phase.status === 'cancelled';
}

const WORKER_DIED = {
  code: 'outcome_unknown',
  message: 'The worker stopped after the call may have been made and before its result was stored.',
};
