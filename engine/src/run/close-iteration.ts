import { resolveValue } from '../expression/resolve-value.ts';
import { appended, withItem } from './chunked-list.ts';
import { type Draft, dropScope, findStep, getScope, putStep, writeScope } from './draft.ts';
import { namesAt } from './names-at.ts';
import type { LoopProgress, Scope } from './state.ts';
import { stepErrorOf } from './step-error.ts';

/** Ends an iteration in which nothing is open: all that stays of it is what the loop collects. */
export function closeIteration(draft: Draft, scope: Scope): void {
  if (scope.loop === null || scope.parent === null) throw new Error(`Scope '${scope.key}' is no iteration.`);
  const place = { scope: scope.parent, step: scope.loop };
  const state = findStep(draft, place);
  if (state?.kind !== 'looping') throw new Error(`Scope '${scope.key}' has ended, but its loop is not looping.`);
  const collected = { ...state.loop, ...collect(draft, scope, state.loop) };
  putStep(draft, place, { ...state, loop: { ...collected, live: state.loop.live - 1, queued: true } });
  if (!state.loop.queued) draft.ready.push(place);
  if (scope.undoable) {
    draft.kept = appended(draft.kept, getScope(draft, scope.key));
    writeScope(draft, scope.parent).undoable = true;
  }
  dropScope(draft, scope.key);
}

function collect(draft: Draft, scope: Scope, loop: LoopProgress): Partial<LoopProgress> {
  const work = draft.plan.nodes.get(scope.loop ?? '')?.work;
  const input = work?.kind === 'flow' && work.flow.type === 'flow.loop' ? work.flow.input : undefined;
  if (input?.collect === undefined || loop.error !== null) return {};
  try {
    return {
      results: withItem(loop.results, scope.index, resolveValue(input.collect, namesAt(draft, scope.key)), null),
    };
  } catch (error) {
    return { error: stepErrorOf(error) };
  }
}
