/**
 * Applies events to a held run, in memory, until nothing is left to decide here: pure actions are performed at once,
 * everything else is gathered in `pending` for the journal. No I/O.
 */
import type { Json } from '@mainspring/engine/json.ts';
import { type AdvanceContext, advance } from '@mainspring/engine/run/advance.ts';
import type { RunEffect } from '@mainspring/engine/run/effect.ts';
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import { MAX_DEPTH } from '../intake/route-event.ts';
import type { HeldRun, PerformAction } from './held-run.ts';
import type { ActionPerformer } from './perform-action.ts';

export type AdvanceDeps = {
  readonly performer: ActionPerformer;
  readonly now: () => number;
  /** Hears of a workflow that was not started, since it would stand past the longest chain. */
  readonly onTooDeep?: (organizationId: string, workflowId: string) => void;
  /** Until when nothing is sent for an organization; undefined where nothing holds it. */
  readonly sendingHeldUntil?: (organizationId: string, now: number) => number | undefined;
};

export function advanceHeldRun(deps: AdvanceDeps, held: HeldRun, events: readonly RunEvent[]): void {
  const queue = [...events];
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    const { run, effects } = advance(held.plan, held.run, event, contextOf(deps, held));
    held.run = run;
    for (const effect of effects) queue.push(...takeEffect(deps, held, effect));
  }
}

function contextOf(deps: AdvanceDeps, held: HeldRun): AdvanceContext {
  const now = deps.now();
  const sendingHeldUntil = deps.sendingHeldUntil?.(held.organizationId, now);
  return {
    ...(sendingHeldUntil !== undefined && { sendingHeldUntil }),
    now,
    client: held.run.subjectId === null ? null : { id: held.run.subjectId },
    org: { name: held.organization.name, timezone: held.organization.timezone },
  };
}

/** Gathers the effect; a pure action answers at once. */
function takeEffect(deps: AdvanceDeps, held: HeldRun, effect: RunEffect): readonly RunEvent[] {
  const { pending } = held;
  switch (effect.kind) {
    case 'perform-action':
      return takeAction(deps, held, effect);
    case 'record-step':
      pending.records.set(effect.record.key, effect.record);
      return [];
    case 'await-event':
      pending.waitsAdded.set(effect.step, effect);
      pending.waitsDropped.delete(effect.step);
      return [];
    case 'forget-event':
      if (!pending.waitsAdded.delete(effect.step)) pending.waitsDropped.add(effect.step);
      return [];
    case 'start-child':
      return takeChild(deps, held, effect);
    case 'cancel-child':
      pending.childrenCancelled.push(effect.step);
      return [];
    case 'finish-run':
      pending.ended = { status: effect.status, output: effect.output, error: effect.error };
      return [];
  }
}

function takeAction(deps: AdvanceDeps, held: HeldRun, effect: PerformAction): readonly RunEvent[] {
  switch (deps.performer.effectOf(effect.type)) {
    case 'pure':
      return [deps.performer.performPure(held, effect)];
    case 'record':
      held.pending.recording.push(effect);
      return [];
    case 'external':
      held.pending.external.push(effect);
      return [];
    case undefined:
      return [failed(effect, 'unknown_type', `This server has no action ${effect.type}.`)];
  }
}

function takeChild(
  deps: AdvanceDeps,
  held: HeldRun,
  effect: Extract<RunEffect, { kind: 'start-child' }>,
): readonly RunEvent[] {
  if (held.depth >= MAX_DEPTH) {
    deps.onTooDeep?.(held.organizationId, effect.workflowId);
    const message = `The run stands at the end of a chain of ${MAX_DEPTH} workflows that start each other; it starts no other.`;
    return [notStarted(effect.step, 'too_deep', message)];
  }
  if (held.organization.byWorkflow.has(effect.workflowId)) {
    held.pending.children.push(effect);
    return [];
  }
  return [notStarted(effect.step, 'workflow_not_active', `There is no active workflow ${effect.workflowId} to start.`)];
}

function notStarted(step: string, code: string, message: string): RunEvent {
  const error = { code, message, nodeId: null };
  return { kind: 'child-finished', step, runId: '', status: 'failed', output: null, error };
}

function failed(effect: PerformAction, code: string, message: string, details?: Json): RunEvent {
  return {
    kind: 'action-failed',
    step: effect.step,
    attempt: effect.attempt,
    failure: { code, message, kind: 'terminal', ...(details !== undefined && { details }) },
  };
}
