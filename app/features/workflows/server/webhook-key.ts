import type { TriggerOf } from '@mainspring/engine/definition/format.ts';
import { evaluateExpression } from '@mainspring/engine/expression/evaluate-expression.ts';
import { ExpressionError } from '@mainspring/engine/expression/expression-error.ts';
import type { JsonObject } from '@mainspring/engine/json.ts';
import { verifyOptions } from './verify-webhook/verify-webhook.ts';
import { workflowErrors } from './workflow-errors.ts';

export type KeySource = {
  readonly trigger: TriggerOf<'webhook'>;
  readonly data: JsonObject;
  /** By lower-case name. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/**
 * What makes a repeated request recognisable: the trigger's `dedupe`, else the id that Standard Webhooks sign, else
 * `Idempotency-Key`; null where there is none, and where `dedupe` says null. Throws dedupe_failed.
 */
export function webhookKey({ trigger, data, headers, now }: KeySource): string | null {
  if (trigger.dedupe !== undefined) return evaluateKey(trigger.dedupe, data, now);
  const signedId = verifyOptions(trigger.verify).type === 'standard-webhooks' ? headers['webhook-id'] : undefined;
  const key = signedId ?? headers['idempotency-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

function evaluateKey(dedupe: string, data: JsonObject, now: number): string | null {
  try {
    const time = new Date(now).toISOString();
    const value = evaluateExpression(dedupe, {
      event: { type: 'webhook.received', data, time },
      client: null,
      steps: {},
      vars: {},
      run: { id: '', startedAt: time },
      org: { name: '', timezone: 'UTC' },
      now,
    });
    if (value === null) return null;
    return typeof value === 'string' ? value : JSON.stringify(value);
  } catch (error) {
    if (error instanceof ExpressionError) throw workflowErrors.dedupe_failed(error.message);
    throw error;
  }
}
