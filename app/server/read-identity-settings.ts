import { DEFAULT_MAIL_FROM, type IdentitySettings } from '../features/identity/server/identity-settings.ts';
import type { Config } from '../platform/config/config.ts';
import type { Log } from '../platform/log/log.ts';
import { createMailer } from '../platform/mail/mailer.ts';

type IdentityConfig = Pick<Config, 'smtpUrl' | 'mailFrom' | 'signUp' | 'social'>;

/** How people sign in and up, as the environment says. */
export function readIdentitySettings(
  { smtpUrl, mailFrom, signUp, social }: IdentityConfig,
  log: Log,
): IdentitySettings {
  const from = mailFrom ?? DEFAULT_MAIL_FROM;
  return {
    mailer: smtpUrl === undefined ? null : createMailer({ smtpUrl, from, log }),
    mailFrom: from,
    signUp,
    social,
  };
}
