/** What an action throws to say whether another attempt makes sense. Anything else thrown counts as retryable. */
import type { Json } from '@mainspring/engine/json.ts';

type Options = {
  readonly details?: Json;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
  /** With `retry`: the service was not even asked, so that none of the step's attempts is spent. */
  readonly notAttempted?: true;
};

export class ActionError extends Error {
  readonly code: string;
  readonly kind: 'retry' | 'terminal' | 'unknown';
  readonly retryAfterMs: number | undefined;
  readonly details: Json | undefined;
  readonly notAttempted: true | undefined;

  constructor(kind: 'retry' | 'terminal' | 'unknown', code: string, message: string, options: Options = {}) {
    super(message, { cause: options.cause });
    this.name = 'ActionError';
    this.kind = kind;
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
    this.notAttempted = options.notAttempted;
  }
}

/** No attempt will succeed: the input is wrong, the service refused. */
export function terminal(code: string, message: string, options?: Options): ActionError {
  return new ActionError('terminal', code, message, options);
}

/** A later attempt may succeed. */
export function retryable(code: string, message: string, options?: Options): ActionError {
  return new ActionError('retry', code, message, options);
}

/** The service asked to wait. */
export function rateLimited(message: string, retryAfterMs: number | undefined, options?: Options): ActionError {
  return new ActionError('retry', 'rate_limited', message, {
    ...options,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The call may have happened; only a person can tell. */
export function unknownOutcome(message: string, options?: Options): ActionError {
  return new ActionError('unknown', 'outcome_unknown', message, options);
}
