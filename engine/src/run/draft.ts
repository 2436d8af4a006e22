/**
 * The run while `advance` works on it. Mutable, and never seen outside: what `openDraft` reads is left as it is, each
 * scope is copied when it is first written to, and `sealDraft` puts untouched scopes back by reference.
 *
 * Who owns what: only `putStep` changes a scope's steps and the count of actions under way; `outputs`, `vars` and
 * results are replaced, never changed in place, since values that were handed to expressions may live on in results.
 */
import type { Json, JsonObject } from '../json.ts';
import type { RunEffect } from './effect.ts';
import { own } from './own.ts';
import type { Plan } from './plan.ts';
import type { Run } from './run.ts';
import type { Place, RunState, Scope, ScopeKey, StepState } from './state.ts';

export type AdvanceContext = {
  /** Milliseconds since the epoch, by the database's clock. */
  readonly now: number;
  /** The subject as it is now, or null. */
  readonly client: Json;
  readonly org: { readonly name: string; readonly timezone: string };
  /**
   * While it is set, no attempt of an external action begins: it waits until then, milliseconds since the epoch, to ask
   * again. No attempt is spent by it.
   */
  readonly sendingHeldUntil?: number;
};

export type Draft = {
  readonly plan: Plan;
  readonly context: AdvanceContext;
  readonly run: Run;
  readonly effects: RunEffect[];
  readonly scopes: Map<ScopeKey, DraftScope | null>;
  readonly ready: Place[];
  status: Run['status'];
  parked: Run['parked'];
  vars: JsonObject;
  /** Steps and iterations begun in this very call. */
  work: number;
} & Mutable<Omit<RunState, 'scopes' | 'ready'>>;

export type DraftScope = Mutable<Omit<Scope, 'steps'>> & { readonly steps: { [step: string]: StepState } };

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

export function openDraft(plan: Plan, run: Run, context: AdvanceContext): Draft {
  const { scopes: _, ready, ...state } = run.state;
  return {
    ...state,
    plan,
    context,
    run,
    effects: [],
    scopes: new Map(),
    ready: [...ready],
    status: run.status,
    parked: run.parked,
    vars: run.vars,
    work: 0,
  };
}

export function sealDraft(draft: Draft): { run: Run; effects: RunEffect[] } {
  const scopes = sealedScopes(draft);
  const { phase, kept, undo, undoing, reopened, hasUndone, ready } = draft;
  const { seq, started, startLimit, performing, deadline } = draft;
  const run: Run = {
    ...draft.run,
    status: draft.status,
    dueAt: nextDueAt(draft, scopes),
    parked: draft.parked,
    vars: draft.vars,
    state: {
      phase,
      scopes,
      kept,
      undo,
      undoing,
      reopened,
      hasUndone,
      ready,
      seq,
      started,
      startLimit,
      performing,
      deadline,
    },
  };
  return { run, effects: draft.effects };
}

/** The scope as it stands, or undefined where it has ended. */
export function findScope(draft: Draft, key: ScopeKey): Scope | undefined {
  const touched = draft.scopes.get(key);
  if (touched === null) return undefined;
  return touched ?? own(draft.run.state.scopes, key);
}

export function getScope(draft: Draft, key: ScopeKey): Scope {
  const scope = findScope(draft, key);
  if (scope === undefined) throw new Error(`Run ${draft.run.id} has no scope '${key}'.`);
  return scope;
}

export function writeScope(draft: Draft, key: ScopeKey): DraftScope {
  const touched = draft.scopes.get(key);
  if (touched) return touched;
  const scope = getScope(draft, key);
  const copy: DraftScope = { ...scope, steps: { ...scope.steps } };
  draft.scopes.set(key, copy);
  return copy;
}

export function addScope(draft: Draft, scope: Scope): void {
  draft.scopes.set(scope.key, { ...scope, steps: { ...scope.steps } });
}

export function dropScope(draft: Draft, key: ScopeKey): void {
  draft.scopes.set(key, null);
}

/** Every scope that has not ended, in no order that means anything. */
export function liveScopes(draft: Draft): readonly Scope[] {
  const keys = new Set([...Object.keys(draft.run.state.scopes), ...draft.scopes.keys()]);
  return [...keys].flatMap((key) => findScope(draft, key) ?? []);
}

export function findStep(draft: Draft, place: Place): StepState | undefined {
  const scope = findScope(draft, place.scope);
  return scope === undefined ? undefined : own(scope.steps, place.step);
}

export function putStep(draft: Draft, place: Place, state: StepState): void {
  const scope = writeScope(draft, place.scope);
  if (own(scope.steps, place.step)?.kind === 'performing') draft.performing -= 1;
  if (state.kind === 'performing') draft.performing += 1;
  scope.steps[place.step] = state;
}

export function putOutput(draft: Draft, place: Place, output: JsonObject): void {
  const scope = writeScope(draft, place.scope);
  scope.outputs = { ...scope.outputs, [place.step]: output };
}

export function nextSeq(draft: Draft): number {
  draft.seq += 1;
  return draft.seq;
}

/** When the step wakes up by itself, where it does. */
export function timerOf(state: StepState): { readonly dueAt: number; readonly since: number | null } | null {
  switch (state.kind) {
    case 'backing-off':
    case 'sleeping':
    case 'listening':
    case 'awaiting-child':
      return state.timer;
    case 'ready':
    case 'performing':
    case 'looping':
    case 'unknown':
    case 'failed':
    case 'cut':
    case 'settled':
      return null;
  }
}

function sealedScopes(draft: Draft): RunState['scopes'] {
  if (draft.scopes.size === 0) return draft.run.state.scopes;
  const scopes: { [key: ScopeKey]: Scope } = { ...draft.run.state.scopes };
  for (const [key, scope] of draft.scopes) {
    if (scope === null) delete scopes[key];
    else scopes[key] = { ...scope, dueAt: firstTimer(scope) };
  }
  return scopes;
}

function firstTimer(scope: Scope): number | null {
  let first: number | null = null;
  for (const step in scope.steps) {
    const timer = timerOf(scope.steps[step] as StepState);
    if (timer !== null && (first === null || timer.dueAt < first)) first = timer.dueAt;
  }
  return first;
}

/** A run that stopped half-way through its ready steps is due at once. */
function nextDueAt(draft: Draft, scopes: RunState['scopes']): number | null {
  if (draft.parked !== null || draft.phase.kind === 'over' || draft.phase.kind === 'new') return null;
  if (draft.phase.kind === 'going' && draft.ready.length > 0) return draft.context.now;
  let first = draft.deadline?.dueAt ?? null;
  for (const key in scopes) {
    const dueAt = scopes[key]?.dueAt ?? null;
    if (dueAt !== null && (first === null || dueAt < first)) first = dueAt;
  }
  return first;
}
