export type MailCode =
  /** An address or a field cannot be sent as it stands. */
  | 'mail_invalid'
  /** The server's address is none that may be called. Not sent. */
  | 'mail_refused'
  /** The server refused for good (5xx). */
  | 'mail_rejected'
  /** The server asks to try later (4xx). */
  | 'mail_deferred'
  /** The server did not let us in. */
  | 'mail_auth_failed'
  /** No connection, or it broke off before the message was whole. Not sent. */
  | 'mail_unreachable'
  /** The caller's signal was aborted before the message was whole. Not sent. */
  | 'mail_aborted'
  /** The whole message had left, and no answer came: it may be on its way. */
  | 'mail_outcome_unknown';

const KINDS: Readonly<Record<MailCode, 'retry' | 'terminal' | 'unknown'>> = {
  mail_invalid: 'terminal',
  mail_refused: 'terminal',
  mail_rejected: 'terminal',
  mail_deferred: 'retry',
  mail_auth_failed: 'terminal',
  mail_unreachable: 'retry',
  mail_aborted: 'retry',
  mail_outcome_unknown: 'unknown',
};

/** Why a mail was not sent, or may not have been. */
export class MailError extends Error {
  readonly code: MailCode;
  /** Whether sending the same mail again makes sense. */
  readonly kind: 'retry' | 'terminal' | 'unknown';

  constructor(code: MailCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'MailError';
    this.code = code;
    this.kind = KINDS[code];
  }
}

export function invalidMail(message: string): MailError {
  return new MailError('mail_invalid', message);
}
