import { addDuration } from '../schedule/duration.ts';
import type { Draft } from './draft.ts';
import { enterScope } from './settle.ts';
import { ROOT } from './step-key.ts';
import { zoneOf } from './zone-of.ts';

export function beginRun(draft: Draft): void {
  draft.phase = { kind: 'going' };
  grantDuration(draft);
  grantSteps(draft);
  enterScope(draft, ROOT);
}

/** The full length from now on. */
export function grantDuration(draft: Draft): void {
  const { maxDuration, timezone } = draft.plan.settings;
  if (maxDuration === undefined) return;
  const { now } = draft.context;
  draft.deadline = { dueAt: addDuration(now, maxDuration, zoneOf(timezone, draft.context)), since: now };
}

export function grantSteps(draft: Draft): void {
  draft.startLimit = draft.started + draft.plan.maxSteps;
}
