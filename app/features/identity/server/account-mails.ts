import type { Log } from '../../../platform/log/log.ts';
import type { Mail } from '../../../platform/mail/mail-message.ts';
import type { Mailer } from '../../../platform/mail/mailer.ts';
import { authPaths, identityPages } from '../paths.ts';

export type AccountMails = {
  readonly sendVerification: (to: string, token: string) => void;
  readonly sendReset: (to: string, token: string) => void;
  readonly sendAlreadyKnown: (to: string) => void;
  readonly sendInvitation: (to: string, invitation: Invitation) => void;
};

type Invitation = { readonly organization: string; readonly role: string; readonly url: string; readonly days: number };

type Dependencies = {
  readonly mailer: Mailer | null;
  /** Where there is no mailer. */
  readonly keepInOutbox: (mail: Mail) => Promise<void>;
  readonly publicUrl: () => string;
  readonly log: Pick<Log, 'error'>;
};

/**
 * Mails about accounts. None is waited for: how long an answer takes must not tell whether a mail was sent, and by
 * that whether an address is known. What could not be sent is logged; people can ask again.
 */
export function createAccountMails({ mailer, keepInOutbox, publicUrl, log }: Dependencies): AccountMails {
  const send = (to: string, subject: string, lines: readonly string[]) => {
    const mail: Mail = { to: [to], subject, text: `${lines.join('\n\n')}\n` };
    const sending = mailer === null ? keepInOutbox(mail) : mailer.send(mail);
    sending.catch((error: Error) => log.error({ reason: error.message, subject }, 'could not send a mail'));
  };
  return {
    sendVerification: (to, token) =>
      send(to, 'Confirm your e-mail address', [
        'Open this address to confirm that this mailbox is yours and to sign in to Mainspring:',
        verifyUrl(publicUrl(), token),
        'It works for a day. If you did not ask for an account, do nothing.',
      ]),
    sendReset: (to, token) =>
      send(to, 'Set a new password', [
        'Open this address to set a new password for Mainspring:',
        `${publicUrl()}${identityPages.setPassword(token)}`,
        'It works once, for an hour. If you did not ask for it, do nothing: your password stays as it is.',
      ]),
    sendAlreadyKnown: (to) =>
      send(to, 'You already have an account', [
        'Someone, perhaps you, tried to sign up to Mainspring with this address. You have an account already: sign in at',
        `${publicUrl()}${identityPages.signIn()}`,
        'If you forgot your password, you can set a new one there.',
      ]),
    sendInvitation: (to, { organization, role, url, days }) =>
      send(to, `Join ${organization} on Mainspring`, [
        `You are invited to join ${organization} as ${role}. Open this address to accept:`,
        url,
        `It works once, for ${days} days.`,
      ]),
  };
}

function verifyUrl(publicUrl: string, token: string): string {
  const callbackURL = `${new URL(publicUrl).pathname.replace(/\/$/, '')}/`;
  return `${publicUrl}${authPaths.under('/verify-email')}?${new URLSearchParams({ token, callbackURL })}`;
}
