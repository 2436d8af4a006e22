import { type Draft, findScope } from './draft.ts';
import { keyOf } from './perform.ts';
import type { Place } from './state.ts';
import { scopeKey, splitStepKey } from './step-key.ts';

/** Where a step key points to, or null where no such step can be under way. */
export function locate(draft: Draft, key: string): Place | null {
  if (draft.undoing !== null && keyOf(draft, draft.undoing.place) === key) return draft.undoing.place;
  const { step, path } = splitStepKey(key);
  const node = draft.plan.nodes.get(step);
  if (node === undefined) return null;
  const place = { scope: scopeKey(node.loop, node.loop === null ? '' : path), step };
  const isSound = node.loop === null ? path === '' : path !== '';
  return isSound && findScope(draft, place.scope) !== undefined ? place : null;
}
