/** The two kinds of step that ask somebody else to work: actions, and other workflows. */
import { isJsonObject, type Json } from '../json.ts';
import { type Draft, getScope, putStep } from './draft.ts';
import { getNode } from './get-node.ts';
import { recordStep } from './record-step.ts';
import type { Begun, Place, Timer } from './state.ts';
import { stepKey } from './step-key.ts';

/** Asks for the attempt that `begun` names, with the input it names; puts it off where sending is held. */
export function performAction(draft: Draft, place: Place, begun: Begun): void {
  if (isHeld(draft, place)) {
    holdBack(draft, place, begun);
    return;
  }
  putStep(draft, place, { ...begunOf(begun), kind: 'performing' });
  recordStep(draft, place, begun, { status: 'running' });
  emitAction(draft, place, begun);
}

/** True where the step would reach outside, and nothing may. */
export function isHeld(draft: Draft, place: Place): boolean {
  const { work } = getNode(draft, place);
  return draft.context.sendingHeldUntil !== undefined && work.kind === 'action' && work.facts.effect === 'external';
}

/** The attempt waits as if it were the next one after a failure, but none has been made. */
export function holdBack(draft: Draft, place: Place, begun: Begun): void {
  const dueAt = draft.context.sendingHeldUntil ?? draft.context.now;
  const timer = { dueAt, since: null };
  putStep(draft, place, { ...begunOf(begun), attempt: begun.attempt - 1, kind: 'backing-off', timer, error: HELD });
  recordStep(draft, place, begun, { status: 'waiting', error: HELD, dueAt });
}

const HELD = {
  code: 'sending_held',
  message: 'A backup was restored, and nothing is sent until a person confirms it.',
};

/** The effect alone: also for an attempt that was under way when its worker died. */
export function emitAction(draft: Draft, place: Place, begun: Begun): void {
  const node = getNode(draft, place);
  const step = keyOf(draft, place);
  draft.effects.push({
    kind: 'perform-action',
    step,
    nodeId: node.id,
    type: node.node.type,
    input: begun.input,
    attempt: begun.attempt,
    idempotencyKey: `${draft.run.organizationId}/${draft.run.id}/${step}`,
    timeoutMs: node.timeoutMs,
    repeatable: node.repeatable,
  });
}

/** Starts the child run that `begun.input` names and waits for its end. */
export function callWorkflow(draft: Draft, place: Place, begun: Begun, timer: Timer | null): void {
  putStep(draft, place, { ...begunOf(begun), kind: 'awaiting-child', timer });
  recordStep(draft, place, begun, { status: 'waiting', dueAt: timer?.dueAt ?? null });
  emitChild(draft, place, begun);
}

export function emitChild(draft: Draft, place: Place, begun: Begun): void {
  const call = readCall(begun.input);
  draft.effects.push({ kind: 'start-child', step: keyOf(draft, place), attempt: begun.attempt, ...call });
}

export function keyOf(draft: Draft, place: Place): string {
  return stepKey(place.step, getScope(draft, place.scope).path);
}

/** The part of a step's state that outlives a change of kind. */
export function begunOf({ seq, startedAt, attempt, spent, input }: Begun): Begun {
  return { seq, startedAt, attempt, spent, input };
}

function readCall(input: Json): { workflowId: string; input: Json; wait: boolean } {
  if (!isJsonObject(input) || typeof input.workflow !== 'string') throw new Error('A call of a workflow names none.');
  return { workflowId: input.workflow, input: input.input ?? null, wait: input.wait === true };
}
