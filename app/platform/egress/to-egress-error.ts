import { EgressError } from './egress-error.ts';
import type { Progress } from './exchange.ts';

/** Sorts whatever ended a call: by who ended it, then by how far it had come. */
export function toEgressError(error: unknown, progress: Progress, timeoutMs: number): EgressError {
  const mayHaveBeenSent = progress.sent;
  const { host } = progress;
  if (progress.ended === 'timeout') {
    const message = `${host || 'The call'} did not answer within ${timeoutMs} ms.`;
    return new EgressError('egress_timeout', message, { mayHaveBeenSent });
  }
  if (progress.ended === 'aborted') {
    return new EgressError('egress_aborted', 'The call was cancelled.', { mayHaveBeenSent });
  }
  if (error instanceof EgressError) {
    // A hop may be refused before it left, and yet the first one had already arrived.
    if (error.mayHaveBeenSent === mayHaveBeenSent) return error;
    return new EgressError(error.code, error.message, { mayHaveBeenSent, cause: error.cause });
  }
  const code = errorCode(error);
  const timedOut = TIMEOUTS[code];
  if (timedOut) return new EgressError('egress_timeout', `${host} ${timedOut}.`, { mayHaveBeenSent, cause: error });
  if (code === 'UND_ERR_INVALID_ARG') {
    return new EgressError('egress_invalid_request', `The call to ${host} cannot be made.`, {
      mayHaveBeenSent,
      cause: error,
    });
  }
  if (!progress.sentThisHop) {
    const message = `${host} could not be reached: ${CONNECT_REASONS[code] ?? tlsReason(code)}.`;
    return new EgressError('egress_connect', message, { mayHaveBeenSent, cause: error });
  }
  const message = `The connection to ${host} broke off before the whole answer had come${code ? ` (${code})` : ''}.`;
  return new EgressError('egress_connection_lost', message, { mayHaveBeenSent, cause: error });
}

const TIMEOUTS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not take the connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'took the request and did not begin to answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
};

const CONNECT_REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be resolved at the moment',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to its network',
  ETIMEDOUT: 'it did not take the connection in time',
};

function tlsReason(code: string): string {
  return /CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)
    ? `its TLS certificate is not accepted (${code})`
    : `the connection failed${code ? ` (${code})` : ''}`;
}

/** The code of an error, or of the first that it gathers: several addresses may have been tried. */
function errorCode(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return errors?.[0] === undefined ? '' : errorCode(errors[0]);
}
