import type { Config } from '../../platform/config/config.ts';
import type { Log } from '../../platform/log/log.ts';
import { createMailer } from '../../platform/mail/mailer.ts';
import { explainFailure } from '../explain-failure.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

type MailConfig = Pick<Config, 'smtpUrl' | 'mailFrom'>;

/** Never used as a sender: nothing is sent. */
const NOBODY = 'doctor@localhost.localdomain';

/** Connects to the mail server and signs in; sends nothing. */
export async function checkMail({ smtpUrl, mailFrom }: MailConfig, log: Log): Promise<Finding> {
  if (smtpUrl === undefined) {
    return warning('mail', 'SMTP_URL is not set: mail stays in the outbox. Set SMTP_URL and MAIL_FROM to send it.');
  }
  const mailer = createMailer({ smtpUrl, from: mailFrom ?? NOBODY, log });
  try {
    await mailer.verify();
  } catch (error) {
    const reason = error instanceof Error ? error.message : explainFailure(error);
    return failed('mail', `${reason.replaceAll(/\s+/g, ' ')} Check SMTP_URL.`);
  } finally {
    mailer.close();
  }
  const host = new URL(smtpUrl).host;
  if (mailFrom === undefined) return warning('mail', `${host} takes mail, but MAIL_FROM is not set. Set the sender.`);
  return ok('mail', `${host} lets us in`);
}
