import type { Names } from '../../expression/names.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { RunIdentity } from '../run.ts';
import type { StepError, Timer } from '../state.ts';

/**
 * What a node decides when it starts. Rules only decide; `apply-outcome.ts` does it to the run.
 * `input` is what the history shows: the input after evaluation.
 */
export type Outcome =
  /** Done at once. Without a port the path ends here. */
  | { readonly kind: 'leave'; readonly port: string | null; readonly output: Json; readonly input?: Json }
  | { readonly kind: 'fail'; readonly error: StepError }
  | { readonly kind: 'sleep'; readonly timer: Timer; readonly input: Json }
  | {
      readonly kind: 'listen';
      readonly event: string;
      readonly match: string | null;
      readonly since: number;
      readonly timer: Timer | null;
      readonly input: Json;
    }
  | { readonly kind: 'perform'; readonly input: Json }
  | {
      readonly kind: 'call-workflow';
      readonly workflowId: string;
      readonly input: Json;
      readonly wait: boolean;
      readonly timer: Timer | null;
    }
  /** `items` is null for a loop with a condition. */
  | { readonly kind: 'loop'; readonly items: readonly Json[] | null }
  | { readonly kind: 'set-vars'; readonly vars: JsonObject }
  | {
      readonly kind: 'stop-run';
      readonly status: 'completed' | 'failed';
      readonly message: string | null;
      readonly output: Json;
    };

/** All that a rule may read. */
export type Site = {
  readonly nodeId: string;
  readonly names: Names;
  /** Time zone of the run, an IANA name. */
  readonly zone: string;
  readonly now: number;
  readonly run: RunIdentity;
  /** Time-out that the node itself names, as an ISO 8601 duration. */
  readonly timeout: string | undefined;
};

export function fail(code: string, message: string): Outcome {
  return { kind: 'fail', error: { code, message } };
}
