import {
  type DryRun,
  defineExternal,
  defineRecord,
  type ExternalAction,
  type RecordAction,
} from '@mainspring/sdk/action.ts';
import { z } from 'zod';
import type { Database, Transaction } from '../../../../platform/db/database.ts';
import type { Mailer } from '../../../../platform/mail/mailer.ts';
import { composeEmail, emailFields } from '../compose-email.ts';
import { type EmailInput, emailInput } from '../email-input.ts';
import { insertMessage } from '../queries.ts';
import { REPEAT_WINDOW_MS, sendEmail } from '../send-email.ts';

const output = z.object({
  messageId: z.string().meta({ description: 'Id of the message: see GET /api/v1/messages/:id' }),
});
type Output = z.output<typeof output>;

const facts = {
  type: 'email.send',
  title: 'Send an e-mail',
  category: 'messages',
  summary: 'Sends an e-mail; where no mail server is set up, it is kept in the outbox to be seen.',
  input: emailInput,
  output,
  dryRun(input: EmailInput): DryRun<Output> {
    const { to, cc, bcc, subject, text, html } = emailFields(input);
    return {
      output: { messageId: '00000000-0000-7000-8000-000000000000' },
      summary: `Would send an e-mail to ${to.join(', ')}: ${subject}`,
      detail: { to, cc, bcc, subject, text: text ?? null, html: html ?? null },
    };
  },
};

type EmailSend =
  | ExternalAction<typeof emailInput, typeof output>
  | RecordAction<Transaction, typeof emailInput, typeof output>;

/**
 * With a mailer the action is external: its message is stored, then sent, with one Message-ID over all attempts.
 * Without one it is a record action: the message lands in the outbox, in the transaction that commits its step.
 */
export function createEmailSend(deps: {
  readonly mailer: Mailer | null;
  /** The sender. */
  readonly mailFrom: string;
  readonly db: Pick<Database, 'withTenant'>;
}): EmailSend {
  const { mailer } = deps;
  if (!mailer) {
    return defineRecord<Transaction, typeof emailInput, typeof output>({
      ...facts,
      run: async (input, context, tx) => {
        const { row } = composeEmail(input, context, deps.mailFrom, 'outbox');
        return { messageId: (await insertMessage(tx, row)).id };
      },
    });
  }
  return defineExternal({
    ...facts,
    run: async (input, context) => {
      const email = composeEmail(input, context, deps.mailFrom, 'sending');
      const messageId = await sendEmail(email, context, { db: deps.db, mailer, repeatWindowMs: REPEAT_WINDOW_MS });
      return { messageId };
    },
  });
}
