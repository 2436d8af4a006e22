import { STATUS_CODES } from 'node:http';
import { ActionError, rateLimited, retryable, terminal } from '@mainspring/sdk/failure.ts';
import type { Egress, EgressRequest, EgressResponse } from '../../../platform/egress/egress.ts';
import { EgressError } from '../../../platform/egress/egress-error.ts';
import { readRetryAfter } from '../../../platform/egress/retry-after.ts';
import { toSafeText } from '../../../platform/http/unsafe-text.ts';

const EXCERPT_CHARS = 2000;

/**
 * One call to a service for an action. Gives an answer below 400; anything else is thrown as an ActionError that says
 * what it means for the next attempt:
 * - `retry`: the service did not do the work (never reached, 425, 429);
 * - `unknown`: it may have (408, 5xx, an answer that broke off): tried again where the step is repeatable;
 * - `terminal`: the same call can only fail again.
 */
export async function callService(egress: Egress, request: EgressRequest, now: Date): Promise<EgressResponse> {
  let response: EgressResponse;
  try {
    response = await egress.request(request);
  } catch (error) {
    if (error instanceof EgressError) throw fromEgress(error);
    throw error;
  }
  if (response.status >= 400) throw statusError(response, request.method ?? 'GET', now);
  return response;
}

function fromEgress(error: EgressError): ActionError {
  const options = { cause: error, details: { mayHaveBeenSent: error.mayHaveBeenSent } };
  if (!error.retryable) return terminal(error.code, error.message, options);
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) {
    return retryable(error.code, error.message, { ...options, retryAfterMs, notAttempted: true });
  }
  if (!error.mayHaveBeenSent) return retryable(error.code, error.message, options);
  return new ActionError('unknown', error.code, error.message, options);
}

function statusError(response: EgressResponse, method: string, now: Date): ActionError {
  const { status, headers } = response;
  const reason = STATUS_CODES[status] ?? 'an unknown status';
  const message = `${method} ${new URL(response.url).host} answered ${status} ${reason}.`;
  const excerpt = toSafeText(response.body.subarray(0, EXCERPT_CHARS * 4).toString('utf8')).slice(0, EXCERPT_CHARS);
  const options = { details: { status, body: excerpt } };
  const retryAfterMs = readRetryAfter(headers, now);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 429) return rateLimited(message, retryAfterMs, options);
  if (status === 425) return retryable('http_status', message, { ...options, ...wait });
  if (status === 408 || status >= 500)
    return new ActionError('unknown', 'http_status', message, { ...options, ...wait });
  return terminal('http_status', message, options);
}
