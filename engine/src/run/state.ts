/** What `advance` keeps of a run between two events. Plain JSON; nobody else reads it. */
import type { Json, JsonObject } from '../json.ts';
import type { ChunkedList } from './chunked-list.ts';
import type { RunFailure, StepRecord } from './run.ts';

/** '' is the root; `rows#3`, `cells#3.0` are single iterations of the loops `rows` and `cells`. */
export type ScopeKey = string;

/** One step: a node in a scope. `step` is the node's id, or `undo@node` where two nodes share a compensation. */
export type Place = { readonly scope: ScopeKey; readonly step: string };

export type RunState = {
  readonly phase: Phase;
  readonly scopes: { readonly [key: ScopeKey]: Scope };
  /** Iterations that have ended but hold steps that may have to be undone. */
  readonly kept: ChunkedList<Scope>;
  /** Completed steps that can be undone, in order of completion. */
  readonly undo: ChunkedList<Undo>;
  /** The compensation that is under way, and what it undoes. */
  readonly undoing: { readonly place: Place; readonly undo: Undo } | null;
  /** The ended iteration that was taken back into `scopes` for it. */
  readonly reopened: ScopeKey | null;
  /** True once steps have begun to be undone: such a run cannot be retried. */
  readonly hasUndone: boolean;
  /** Steps that may start and loops that may go on, first come first served. */
  readonly ready: readonly Place[];
  /** The last number given to a step. */
  readonly seq: number;
  /** Steps started so far, and how many may be before the run parks. */
  readonly started: number;
  readonly startLimit: number;
  /** Actions under way. */
  readonly performing: number;
  /** When the run has lasted too long. */
  readonly deadline: Timer | null;
};

export type Phase =
  | { readonly kind: 'new' }
  | { readonly kind: 'going' }
  /** Nothing new starts; the run ends so when the actions under way have answered. */
  | {
      readonly kind: 'ending';
      readonly status: 'completed' | 'failed' | 'cancelled';
      readonly output: Json;
      readonly error: RunFailure | null;
    }
  /** The run has failed and its completed steps are undone one after the other. */
  | { readonly kind: 'undoing'; readonly output: Json; readonly error: RunFailure }
  | { readonly kind: 'over' };

export type Scope = {
  readonly key: ScopeKey;
  /** The loop of which this is an iteration, and the scope which that loop stands in. */
  readonly loop: string | null;
  readonly parent: ScopeKey | null;
  /** `3.0`: the indexes of the enclosing iterations, outermost first. '' in the root. */
  readonly path: string;
  readonly index: number;
  readonly item?: Json;
  readonly steps: { readonly [step: string]: StepState };
  /** `steps.<id>` as expressions see it: what settled here. */
  readonly outputs: JsonObject;
  /** Steps that are ready or begun and not settled. At 0 the scope has ended. */
  readonly open: number;
  /** The first timer among its steps. */
  readonly dueAt: number | null;
  /** True where it, or an iteration inside it, holds a step of `undo`. */
  readonly undoable: boolean;
};

/** `since` is set where a pause moves the timer: it was wound up then. Absolute moments have none. */
export type Timer = { readonly dueAt: number; readonly since: number | null };

export type StepError = { readonly code: string; readonly message: string; readonly details?: Json };

/** What all steps that have begun have. */
export type Begun = {
  readonly seq: number;
  readonly startedAt: number;
  readonly attempt: number;
  /** Attempts made before the run was retried as a whole: they no longer count against the limit. */
  readonly spent: number;
  readonly input: Json;
};

export type StepState =
  /** In `ready`. `again` where it has begun before and was cut off or failed. */
  | { readonly kind: 'ready'; readonly again?: { readonly seq: number; readonly attempt: number } }
  | (Begun & { readonly kind: 'performing' })
  | (Begun & { readonly kind: 'backing-off'; readonly timer: Timer; readonly error: StepError })
  | (Begun & { readonly kind: 'sleeping'; readonly timer: Timer })
  | (Begun & { readonly kind: 'listening'; readonly timer: Timer | null })
  | (Begun & { readonly kind: 'awaiting-child'; readonly timer: Timer | null })
  | (Begun & { readonly kind: 'looping'; readonly loop: LoopProgress })
  /** Nobody knows whether its last attempt took effect; a person must say. */
  | (Begun & { readonly kind: 'unknown'; readonly error: StepError })
  /** Its failure ended the run. */
  | (Begun & { readonly kind: 'failed' })
  /** It waited when the run ended. */
  | (Begun & { readonly kind: 'cut' })
  /** `port` is where the path went on, or null where it ended. */
  | { readonly kind: 'settled'; readonly port: string | null };

export type LoopProgress = {
  /** Null for a loop with a condition. */
  readonly items: readonly Json[] | null;
  /** Index of the next iteration to open. */
  readonly next: number;
  /** Iterations under way. */
  readonly live: number;
  readonly results: ChunkedList<Json>;
  /** True while the loop stands in `ready`. */
  readonly queued: boolean;
  /** Why the loop will fail once the iterations under way have ended. */
  readonly error: StepError | null;
};

export type Undo = { readonly scope: ScopeKey; readonly record: StepRecord };
