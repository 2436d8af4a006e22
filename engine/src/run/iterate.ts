import type { FlowInput } from '../definition/flow-nodes.ts';
import { DONE } from '../definition/graph.ts';
import { evaluateCondition } from '../expression/evaluate-expression.ts';
import { toArray } from './chunked-list.ts';
import { addScope, type Draft, findStep, getScope, putStep } from './draft.ts';
import { completeStep, failStep } from './finish-step.ts';
import { getNode } from './get-node.ts';
import { STEPS_PER_ADVANCE } from './limits.ts';
import { namesAt } from './names-at.ts';
import { enterScope } from './settle.ts';
import type { LoopProgress, Place, StepError, StepState } from './state.ts';
import { stepErrorOf } from './step-error.ts';
import { childPath, scopeKey } from './step-key.ts';

/** Opens as many iterations as may run now, and ends the loop when none is left. */
export function continueLoop(draft: Draft, place: Place): void {
  const input = loopInput(draft, place);
  // Iterations without steps close at once: the mark keeps them from queueing the loop each time.
  update(draft, place, { queued: true });
  let verdict = mayOpen(draft, place, input);
  while (verdict === 'open' && draft.work < STEPS_PER_ADVANCE) {
    draft.work += 1;
    openIteration(draft, place);
    verdict = mayOpen(draft, place, input);
  }
  if (verdict === 'open') {
    draft.ready.push(place);
    return;
  }
  update(draft, place, { queued: false });
  const { loop, ...begun } = looping(draft, place);
  if (loop.live > 0) return;
  const error = loop.error ?? (typeof verdict === 'object' ? verdict : null);
  if (error !== null) {
    failStep(draft, place, begun, error);
    return;
  }
  completeStep(draft, place, begun, { output: { count: loop.next, results: toArray(loop.results) }, port: DONE });
}

type Verdict = 'open' | 'not-now' | StepError;

function mayOpen(draft: Draft, place: Place, input: FlowInput<'flow.loop'>): Verdict {
  const { loop } = looping(draft, place);
  if (loop.error !== null) return loop.error;
  if (loop.items !== null) {
    return loop.next < loop.items.length && loop.live < input.concurrency ? 'open' : 'not-now';
  }
  // Each turn may change what the condition reads, so they go one after the other.
  return loop.live > 0 ? 'not-now' : mayTurn(draft, place, input, loop);
}

function mayTurn(draft: Draft, place: Place, input: FlowInput<'flow.loop'>, loop: LoopProgress): Verdict {
  try {
    const names = { ...namesAt(draft, place.scope), index: loop.next };
    if (!evaluateCondition(input.while ?? 'false', names)) return 'not-now';
  } catch (error) {
    return stepErrorOf(error);
  }
  if (loop.next < input.maxIterations) return 'open';
  return {
    code: 'too_many_iterations',
    message: `The loop's condition still holds after ${loop.next} iterations, which is all that maxIterations allows.`,
  };
}

function openIteration(draft: Draft, place: Place): void {
  const { loop } = looping(draft, place);
  const index = loop.next;
  const item = loop.items?.[index];
  const path = childPath(getScope(draft, place.scope), index);
  const key = scopeKey(place.step, path);
  update(draft, place, { next: index + 1, live: loop.live + 1 });
  addScope(draft, {
    key,
    loop: place.step,
    parent: place.scope,
    path,
    index,
    ...(item !== undefined && { item }),
    steps: {},
    outputs: {},
    open: 0,
    dueAt: null,
    undoable: false,
  });
  enterScope(draft, key);
}

function update(draft: Draft, place: Place, change: Partial<LoopProgress>): void {
  const state = looping(draft, place);
  putStep(draft, place, { ...state, loop: { ...state.loop, ...change } });
}

function looping(draft: Draft, place: Place): Extract<StepState, { kind: 'looping' }> {
  const state = findStep(draft, place);
  if (state?.kind !== 'looping') throw new Error(`Step '${place.step}' is not looping.`);
  return state;
}

function loopInput(draft: Draft, place: Place): FlowInput<'flow.loop'> {
  const { work } = getNode(draft, place);
  if (work.kind !== 'flow' || work.flow.type !== 'flow.loop') throw new Error(`Step '${place.step}' is no loop.`);
  return work.flow.input;
}
