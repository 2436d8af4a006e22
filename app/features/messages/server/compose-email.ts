import { createHash } from 'node:crypto';
import type { ActionContext } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { type MailAddress, parseMailAddress } from '../../../platform/mail/mail-address.ts';
import { MailError } from '../../../platform/mail/mail-error.ts';
import { checkMail, type Mail } from '../../../platform/mail/mail-message.ts';
import type { EmailInput } from './email-input.ts';
import type { MessageStatus, NewMessage } from './queries.ts';

export type ComposedEmail = { readonly mail: Mail; readonly row: NewMessage };

/**
 * The mail of a step and its row in `messages`. Every field is checked first: throws a terminal ActionError for one
 * that cannot be sent, so that nothing of it is stored.
 */
export function composeEmail(
  input: EmailInput,
  context: ActionContext,
  from: string,
  status: MessageStatus,
): ComposedEmail {
  const messageId = `<${idOf(context.idempotencyKey)}@${parseMailAddress(from, 'MAIL_FROM').address.split('@')[1]}>`;
  const mail = { ...emailFields(input), from, messageId };
  const checked = checkFields(mail, from);
  const row: NewMessage = {
    organizationId: context.organizationId,
    channel: 'email',
    to: checked.to.map(bare),
    cc: checked.cc.map(bare),
    bcc: checked.bcc.map(bare),
    replyTo: checked.replyTo ? bare(checked.replyTo) : null,
    from,
    subject: checked.subject,
    text: checked.text ?? null,
    html: checked.html ?? null,
    status,
    runId: context.runId,
    workflowId: context.workflowId,
    step: context.step,
    idempotencyKey: context.idempotencyKey,
    messageId,
  };
  return { mail, row };
}

/** The input in the words of a mail. */
export function emailFields(input: EmailInput) {
  const { to, cc, bcc, replyTo, subject, body, html } = input;
  return { to: listOf(to), cc: listOf(cc ?? []), bcc: listOf(bcc ?? []), replyTo, subject, text: body, html };
}

function listOf(addresses: string | readonly string[]): readonly string[] {
  return typeof addresses === 'string' ? [addresses] : addresses;
}

function checkFields(mail: Mail, from: string) {
  try {
    return checkMail(mail, from);
  } catch (error) {
    if (error instanceof MailError) throw terminal(error.code, error.message);
    throw error;
  }
}

function bare({ address }: MailAddress): string {
  return address;
}

/** The same for every attempt of a step, and telling nothing of it. */
function idOf(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
}
