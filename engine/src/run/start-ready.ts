import { beginStep } from './begin-step.ts';
import { type Draft, findStep } from './draft.ts';
import { getNode } from './get-node.ts';
import { continueLoop } from './iterate.ts';
import { STEPS_PER_ADVANCE } from './limits.ts';
import { park } from './park.ts';
import { recordSkipped, settle } from './settle.ts';
import type { Place } from './state.ts';

/** Starts what is ready, in order, until there is no more, the run parks or ends, or this call has done enough. */
export function startReady(draft: Draft): void {
  let started = 0;
  while (draft.phase.kind === 'going' && draft.parked === null && draft.work < STEPS_PER_ADVANCE) {
    const place = draft.ready[started];
    if (place === undefined || !startOne(draft, place)) break;
    started += 1;
  }
  draft.ready.splice(0, started);
}

/** False where the run parked before the step: it keeps its turn. */
function startOne(draft: Draft, place: Place): boolean {
  const state = findStep(draft, place);
  if (state?.kind === 'looping') {
    continueLoop(draft, place);
    return true;
  }
  if (state?.kind !== 'ready') return true;
  const node = getNode(draft, place);
  if (node.node.disabled === true) {
    recordSkipped(draft, place, node.ports.whenDisabled);
    settle(draft, place, node.ports.whenDisabled);
    return true;
  }
  if (node.work.kind === 'unknown') {
    const type = node.node.type;
    park(draft, 'unknown_type', `Node '${node.id}' has type ${type}, which this version of Mainspring does not know.`);
    return false;
  }
  if (draft.started >= draft.startLimit) {
    const budget = `${draft.started} steps, and settings.maxSteps allows ${draft.plan.maxSteps} at a time`;
    park(draft, 'step_budget_exceeded', `The run has started ${budget}. Resume it to allow as many again.`);
    return false;
  }
  draft.started += 1;
  draft.work += 1;
  beginStep(draft, place, state.again);
  return true;
}
