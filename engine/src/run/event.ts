import type { Json } from '../json.ts';
import type { RunFailure, StepKey } from './run.ts';

/** A fact that came in or happened, as expressions see it: `event.type`, `event.data`, `event.time`. */
export type Fact = {
  readonly type: string;
  readonly data: Json;
  /** ISO 8601 UTC. */
  readonly time: string;
};

/** Why an attempt of an action failed, and what that means for the next one. */
export type ActionFailure = {
  readonly code: string;
  readonly message: string;
  /**
   * `retry`: another attempt may succeed. `terminal`: none will. `unknown`: the call may have happened and must not
   * be repeated by itself.
   */
  readonly kind: 'retry' | 'terminal' | 'unknown';
  /** The service asked to wait at least so long. */
  readonly retryAfterMs?: number;
  /** With `retry`: nobody was asked, so the attempt does not count. */
  readonly notAttempted?: true;
  /** What the service answered, for the history and for `steps.<id>.error.details`. */
  readonly details?: Json;
};

/** What happens to a run. `advance` is the only reader. */
export type RunEvent =
  | { readonly kind: 'run-started' }
  | { readonly kind: 'action-completed'; readonly step: StepKey; readonly attempt: number; readonly output: Json }
  | {
      readonly kind: 'action-failed';
      readonly step: StepKey;
      readonly attempt: number;
      readonly failure: ActionFailure;
    }
  /** Every timer that is due at `context.now` fires; none that is not. */
  | { readonly kind: 'time-passed' }
  /** An event is offered to a step that listens. Ignored where the step no longer listens or `where` says no. */
  | { readonly kind: 'event-received'; readonly step: StepKey; readonly event: Fact }
  | {
      readonly kind: 'child-finished';
      readonly step: StepKey;
      /** The attempt that started it. Without one, whichever waits is meant. */
      readonly attempt?: number;
      readonly runId: string;
      readonly status: 'completed' | 'failed' | 'cancelled';
      readonly output: Json;
      readonly error: RunFailure | null;
    }
  /** The run was taken over from a worker that died: what was under way is performed again, or parked. */
  | { readonly kind: 'run-recovered' }
  | { readonly kind: 'cancel-requested'; readonly reason?: string }
  | { readonly kind: 'pause-requested'; readonly reason?: string }
  /** A parked run goes on. With `outcome`, a person says what became of a step whose outcome was unknown. */
  | {
      readonly kind: 'resume-requested';
      readonly outcome?:
        | { readonly kind: 'repeat' }
        | { readonly kind: 'succeeded'; readonly output: Json }
        | { readonly kind: 'failed' };
    }
  /** A failed or cancelled run goes on from its failed steps, with fresh attempts. */
  | { readonly kind: 'retry-requested' };
