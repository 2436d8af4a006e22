import { defineExternal } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { z } from 'zod';
import type { Database } from '../../../../platform/db/database.ts';
import type { OpenMailer } from '../../../../platform/mail/foreign-mailer.ts';
import { type Connections, connectionField } from '../../../connections/server/public.ts';
import { composeEmail, emailFields } from '../compose-email.ts';
import { emailInput } from '../email-input.ts';
import { REPEAT_WINDOW_MS, sendEmail } from '../send-email.ts';

const input = emailInput.safeExtend({
  connection: connectionField('The mail server that sends, of the kind smtp', ['smtp']),
});
const output = z.object({
  messageId: z.string().meta({ description: 'Id of the message: see GET /api/v1/messages/:id' }),
});

/** As `email.send`, but by a mail server of the organization's own. */
export function createSmtpSend(deps: {
  readonly connections: Connections;
  readonly openMailer: OpenMailer;
  readonly mailFrom: string;
  readonly db: Pick<Database, 'withTenant'>;
}) {
  return defineExternal({
    type: 'smtp.send',
    title: 'Send an e-mail by your own mail server',
    category: 'messages',
    summary: 'Sends an e-mail by the mail server of a connection.',
    input,
    output,
    needsConnection: true,
    async run({ connection, ...fields }, context) {
      const open = await deps.connections.open(context.organizationId, connection);
      if (open.kind !== 'smtp') {
        throw terminal('connection_unfit', `The connection ${JSON.stringify(connection)} is no mail server.`);
      }
      const mailer = deps.openMailer({ url: open.url(), from: open.from });
      try {
        const email = composeEmail(fields, context, mailer.from, 'sending');
        const messageId = await sendEmail(email, context, { db: deps.db, mailer, repeatWindowMs: REPEAT_WINDOW_MS });
        return { messageId };
      } finally {
        mailer.close();
      }
    },
    dryRun: ({ connection, ...fields }) => {
      const { to, cc, bcc, subject, text, html } = emailFields(fields);
      return {
        output: { messageId: '00000000-0000-7000-8000-000000000000' },
        summary: `Would send an e-mail to ${to.join(', ')}: ${subject}`,
        detail: { connection, to, cc, bcc, subject, text: text ?? null, html: html ?? null },
      };
    },
  });
}
