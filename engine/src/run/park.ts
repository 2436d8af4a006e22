import type { Draft } from './draft.ts';

/**
 * | code | why a run is parked | what moves it |
 * |---|---|---|
 * | `paused` | a person asked for it | resume |
 * | `outcome_unknown` | nobody knows whether a step that must not be repeated took effect | resume with an outcome |
 * | `step_budget_exceeded` | `maxSteps` steps were started | resume, which grants as many again |
 * | `duration_exceeded` | it has lasted `maxDuration` | resume, which grants as long again |
 * | `unknown_type` | a node's type is not known here | resume, once it is |
 *
 * A worker that cannot go on parks a run by itself, with a code of its own.
 */
export const PARK_CODES = [
  'paused',
  'outcome_unknown',
  'step_budget_exceeded',
  'duration_exceeded',
  'unknown_type',
] as const;
export type ParkCode = (typeof PARK_CODES)[number];

/** A worker that parks a run, because it could not go on, has dropped what was under way. */
export function isParkedByWorker({ code }: { readonly code: string }): boolean {
  return !(PARK_CODES as readonly string[]).includes(code);
}

/** Nothing new starts until the run is resumed. The first reason stands. */
export function park(draft: Draft, code: ParkCode, message: string): void {
  draft.parked ??= { code, message, at: draft.context.now };
}

/** A step whose last attempt may have taken effect. */
export function parkForOutcome(draft: Draft, key: string, message: string): void {
  park(
    draft,
    'outcome_unknown',
    `Nobody knows whether step '${key}' took effect: ${message} Look it up, then resume with the outcome repeat, succeeded or failed.`,
  );
}
