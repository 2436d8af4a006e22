import type { NodemailerError } from 'nodemailer';
import type { EgressCode } from '../egress/egress-error.ts';
import { MailError } from './mail-error.ts';

const MAX_REASON_CHARS = 300;
const REFUSED: EgressCode = 'egress_refused';

/**
 * Sorts why a mail was not sent. `source`: where the access data stands; `wholeMessageSent`: its last byte had been handed to the connection, so without an
 * answer nobody knows whether the server took it.
 */
export function toMailError(
  error: NodemailerError,
  {
    host,
    source,
    wholeMessageSent,
  }: { readonly host: string; readonly source: string; readonly wholeMessageSent: boolean },
): MailError {
  const { code, responseCode } = error;
  const reason = error.message.slice(0, MAX_REASON_CHARS);
  const fail = (as: MailError['code'], text: string) => new MailError(as, text, { cause: error });

  // What is not allowed now will not be at the next attempt.
  if (code === REFUSED) return fail('mail_refused', `The mail server ${host} may not be called: ${reason}`);
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') {
    const as = isTransient(responseCode) ? 'mail_deferred' : 'mail_auth_failed';
    return fail(as, `The mail server ${host} did not accept the user name and password of ${source}: ${reason}.`);
  }
  if (isTransient(responseCode)) return fail('mail_deferred', `The mail server ${host} asks to try later: ${reason}.`);
  if (responseCode !== undefined) return fail('mail_rejected', `The mail server ${host} refused the mail: ${reason}.`);
  switch (code) {
    case 'EENVELOPE':
    case 'EMESSAGE':
    case 'EMAXRECIPIENTS':
    case 'ECONFIG':
      return fail('mail_rejected', `The mail cannot be sent by ${host}: ${reason}.`);
    default:
      break;
  }
  if (wholeMessageSent) {
    return fail(
      'mail_outcome_unknown',
      `The whole mail was handed to ${host}, and no answer came: it may be on its way.`,
    );
  }
  if (code === 'EABORT') return fail('mail_aborted', 'Sending the mail was cancelled.');
  return fail('mail_unreachable', `The mail could not be handed to the mail server ${host}: ${reason}.`);
}

/** 4xx, and 503: the session was in a wrong state, which says nothing of the mail. */
function isTransient(responseCode: number | undefined): boolean {
  return responseCode !== undefined && ((responseCode >= 400 && responseCode < 500) || responseCode === 503);
}
