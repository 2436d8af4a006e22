import { z } from 'zod';
import { MAIL_LIMITS } from '../../../platform/mail/mail-message.ts';

const address = z.string().min(1).max(500);
const addresses = z.union([address, z.array(address).min(1).max(MAIL_LIMITS.recipients)]);
const body = z.string().max(MAIL_LIMITS.bodyChars);

export const emailInput = z
  .strictObject({
    to: addresses.meta({
      title: 'To',
      description: 'One address, or a list with one address each',
      examples: ['{{ client.email }}', ['jane@example.com', 'Joe Doe <joe@example.com>']],
    }),
    cc: addresses.optional().meta({ title: 'Cc', description: 'Who gets a copy that all can see' }),
    bcc: addresses.optional().meta({ title: 'Bcc', description: 'Who gets a copy that nobody else can see' }),
    replyTo: address.optional().meta({ title: 'Reply to', description: 'Where answers go' }),
    subject: z
      .string()
      .max(MAIL_LIMITS.subjectChars)
      .meta({ title: 'Subject', examples: ['Welcome, {{ client.first_name }}'] }),
    body: body.optional().meta({ title: 'Text', multiline: true, examples: ['Hi {{ client.first_name }},\n…'] }),
    html: body.optional().meta({
      title: 'HTML',
      description: 'Shown instead of the text where the reader can',
      multiline: true,
    }),
  })
  .refine((given) => given.body !== undefined || given.html !== undefined, {
    path: ['body'],
    message: 'is missing; give body, html, or both',
  });

export type EmailInput = z.output<typeof emailInput>;
