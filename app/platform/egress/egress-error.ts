export type EgressCode =
  /** The target is not allowed: private address, scheme, port, credentials in the URL. Never sent. */
  | 'egress_refused'
  /** The request itself is not well-formed: URL, method, headers. Never sent. */
  | 'egress_invalid_request'
  /** No connection came about: name, route, refusal, TLS. Never sent. */
  | 'egress_connect'
  /** Too slow, in whatever phase; `mayHaveBeenSent` tells whether the request had begun to leave. */
  | 'egress_timeout'
  /** The caller's signal was aborted. */
  | 'egress_aborted'
  /** The connection broke off, or what came back was no HTTP. */
  | 'egress_connection_lost'
  /** The service is left alone for a while: it asked for it, or did not answer several times. Never sent. */
  | 'egress_service_paused'
  | 'egress_too_many_redirects'
  | 'response_too_large';

const TERMINAL: ReadonlySet<EgressCode> = new Set([
  'egress_refused',
  'egress_invalid_request',
  'egress_too_many_redirects',
  'response_too_large',
]);

/** Why there is no answer. The message names the host, never the path, the query or a header. */
export class EgressError extends Error {
  readonly code: EgressCode;
  /** True where the service may have got the request, or surely has: repeating it may do its work twice. */
  readonly mayHaveBeenSent: boolean;
  /** False where the same request can only fail again. */
  readonly retryable: boolean;
  /** How long to wait before the next attempt, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: EgressCode,
    message: string,
    options: { mayHaveBeenSent: boolean; cause?: unknown; retryAfterMs?: number },
  ) {
    super(message, { cause: options.cause });
    this.name = 'EgressError';
    this.code = code;
    this.mayHaveBeenSent = options.mayHaveBeenSent;
    this.retryAfterMs = options.retryAfterMs;
    this.retryable = !TERMINAL.has(code);
  }
}

/** Refused before anything left. */
export function refused(message: string): EgressError {
  return new EgressError('egress_refused', message, { mayHaveBeenSent: false });
}

export function invalidRequest(message: string): EgressError {
  return new EgressError('egress_invalid_request', message, { mayHaveBeenSent: false });
}
