import { type MailAddress, parseMailAddress } from './mail-address.ts';
import { invalidMail } from './mail-error.ts';

/** A mail to send. Addresses as `parseMailAddress` takes them, one each. */
export type Mail = {
  /** Default: the mailer's own. */
  readonly from?: string | undefined;
  readonly to: readonly string[];
  readonly cc?: readonly string[] | undefined;
  readonly bcc?: readonly string[] | undefined;
  readonly replyTo?: string | undefined;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** `<id@domain>`; keep it the same for every attempt, so that receivers can tell a repeat. */
  readonly messageId?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** A mail whose every field is fit to stand in a message. */
export type CheckedMail = {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: MailAddress | undefined;
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly messageId: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

export const MAIL_LIMITS = {
  recipients: 100,
  subjectChars: 900,
  bodyChars: 2_000_000,
  headers: 50,
  headerChars: 900,
} as const;

const HEADER_NAME = /^[A-Za-z0-9-]{1,70}$/;
const MESSAGE_ID = /^<[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+>$/;
/** Made from the other fields, or by the servers on the way. */
const RESERVED =
  /^(from|sender|to|cc|bcc|reply-to|subject|date|message-id|mime-version|content-.*|dkim-signature|received|return-path|resent-.*)$/i;

/** Checks each field of a mail. Throws a MailError `mail_invalid` that names the field and what would be right. */
export function checkMail(mail: Mail, defaultFrom: string): CheckedMail {
  const count = mail.to.length + (mail.cc?.length ?? 0) + (mail.bcc?.length ?? 0);
  if (mail.to.length === 0) throw invalidMail('to is empty; a mail needs at least one recipient.');
  if (count > MAIL_LIMITS.recipients) {
    throw invalidMail(`The mail has ${count} recipients; ${MAIL_LIMITS.recipients} are taken at once.`);
  }
  if (mail.text === undefined && mail.html === undefined) throw invalidMail('The mail has neither text nor html.');
  return {
    from: parseMailAddress(mail.from ?? defaultFrom, 'from'),
    to: parseAll(mail.to, 'to'),
    cc: parseAll(mail.cc ?? [], 'cc'),
    bcc: parseAll(mail.bcc ?? [], 'bcc'),
    replyTo: mail.replyTo === undefined ? undefined : parseMailAddress(mail.replyTo, 'replyTo'),
    subject: checkLine(mail.subject, 'subject', MAIL_LIMITS.subjectChars),
    text: checkBody(mail.text, 'text'),
    html: checkBody(mail.html, 'html'),
    messageId: checkMessageId(mail.messageId),
    headers: checkHeaders(mail.headers ?? {}),
  };
}

function parseAll(addresses: readonly string[], field: string): MailAddress[] {
  return addresses.map((text, index) => parseMailAddress(text, addresses.length > 1 ? `${field}[${index}]` : field));
}

function checkLine(text: string, field: string, maxChars: number): string {
  if (text.length > maxChars) throw invalidMail(`${field} is longer than ${maxChars} characters.`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u0008\u000a-\u001f\u007f\u2028\u2029]/.test(text)) {
    throw invalidMail(`${field} holds a line break or another control character; it must be one line.`);
  }
  return text.toWellFormed();
}

function checkBody(text: string | undefined, field: string): string | undefined {
  if (text === undefined) return undefined;
  if (text.length > MAIL_LIMITS.bodyChars) {
    throw invalidMail(`${field} is longer than ${MAIL_LIMITS.bodyChars} characters.`);
  }
  if (text.includes('\u0000')) throw invalidMail(`${field} holds a NUL character.`);
  return text.toWellFormed();
}

function checkMessageId(id: string | undefined): string | undefined {
  if (id === undefined || (MESSAGE_ID.test(id) && id.length <= MAIL_LIMITS.headerChars)) return id;
  throw invalidMail('messageId must look like <unique.id@example.com>.');
}

function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers);
  if (entries.length > MAIL_LIMITS.headers) throw invalidMail(`The mail has more than ${MAIL_LIMITS.headers} headers.`);
  for (const [name, value] of entries) {
    if (!HEADER_NAME.test(name)) throw invalidMail(`${JSON.stringify(name.slice(0, 50))} is not a header name.`);
    if (RESERVED.test(name)) throw invalidMail(`The header ${name} is made from the mail's own fields; leave it out.`);
    checkLine(value, `The header ${name}`, MAIL_LIMITS.headerChars);
  }
  return headers;
}
