import type { Json } from '../json.ts';
import type { RunFailure, StepKey, StepRecord } from './run.ts';

/**
 * What the world is asked to do for a run. Effects are data: the runtime carries them out, the simulation pretends.
 * They are listed in the order in which they were decided.
 */
export type RunEffect =
  /**
   * Perform one attempt, then answer with `action-completed` or `action-failed`. The node is already `running` in the
   * returned run, with this very input, so a run that is committed before the call can be taken over after a crash.
   */
  | {
      readonly kind: 'perform-action';
      readonly step: StepKey;
      readonly nodeId: string;
      readonly type: string;
      readonly input: Json;
      readonly attempt: number;
      readonly idempotencyKey: string;
      readonly timeoutMs: number;
      readonly repeatable: boolean;
    }
  /** Offer each event of this name since `since` (lookback included) by `event-received`. */
  | {
      readonly kind: 'await-event';
      readonly step: StepKey;
      /** Name, or prefix followed by `*`. */
      readonly event: string;
      /** `path=json` of one value that the event must hold to match (see match-key.ts), or null: any may match. */
      readonly match: string | null;
      /** Milliseconds since the epoch. */
      readonly since: number;
    }
  | { readonly kind: 'forget-event'; readonly step: StepKey }
  | {
      readonly kind: 'start-child';
      readonly step: StepKey;
      /** From 1. A step starts another child only after the one before it has failed. */
      readonly attempt: number;
      readonly workflowId: string;
      readonly input: Json;
      /** True: answer with `child-finished`. */
      readonly wait: boolean;
    }
  | { readonly kind: 'cancel-child'; readonly step: StepKey }
  /** The step as it stands now, for the history; a later record of the same key replaces it. */
  | { readonly kind: 'record-step'; readonly record: StepRecord }
  | {
      readonly kind: 'finish-run';
      readonly status: 'completed' | 'failed' | 'cancelled';
      readonly output: Json;
      readonly error: RunFailure | null;
    };
