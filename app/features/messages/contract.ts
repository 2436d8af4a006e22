/** The wire of the messages feature. */
import { z } from 'zod';

export const MESSAGE_LIMITS = { pageItems: 100, defaultPageItems: 50 } as const;

export const messageStatus = z
  .enum(['outbox', 'sending', 'sent', 'failed', 'held'])
  .describe('outbox: kept here, as no way to send is set up. sending: under way, or its end is not known');

export const idParams = z.strictObject({ id: z.string() });
export const messagesQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MESSAGE_LIMITS.pageItems).default(MESSAGE_LIMITS.defaultPageItems),
  cursor: z.string().max(200).optional(),
  channel: z.string().max(50).optional(),
  to: z.string().max(500).optional().describe('One of the recipients'),
  runId: z.string().optional(),
});

export const messageView = z.object({
  id: z.string(),
  channel: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()),
  bcc: z.array(z.string()),
  replyTo: z.string().nullable(),
  from: z.string().nullable(),
  subject: z.string().nullable(),
  text: z.string().nullable(),
  html: z.string().nullable(),
  status: messageStatus,
  error: z.string().nullable(),
  runId: z.string().nullable(),
  workflowId: z.string().nullable(),
  step: z.string().nullable(),
  createdAt: z.string().describe('ISO 8601 UTC'),
  sentAt: z.string().nullable(),
});
export type MessageView = z.output<typeof messageView>;
export const messageList = z.object({ items: z.array(messageView), nextCursor: z.string().nullable() });
