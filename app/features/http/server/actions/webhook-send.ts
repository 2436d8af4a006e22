import { createHash } from 'node:crypto';
import type { Json } from '@mainspring/engine/json.ts';
import { defineExternal } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Egress } from '../../../../platform/egress/egress.ts';
import { callService } from '../call-service.ts';
import { encodeBody } from '../encode-body.ts';
import { refuseConnection } from '../refuse-connection.ts';

const anyValue = z.unknown() as unknown as z.ZodType<Json>;
const MAX_CALL_MS = 3_600_000;

const input = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(8192)
    .meta({
      title: 'URL',
      description: 'Who is told, by http or https',
      examples: ['https://example.com/hooks/leads'],
    }),
  body: anyValue.optional().meta({
    title: 'Body',
    description: 'Text is sent as it is, anything else as JSON',
    multiline: true,
    examples: [{ type: 'lead.created', data: { $: 'event.data' } }],
  }),
  secret: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .meta({
      title: 'Secret',
      description:
        'Signs the message by Standard Webhooks: whsec_… or a plain text both sides know; unsigned without it',
      secret: true,
      examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    }),
  connection: z
    .string()
    .max(200)
    .optional()
    .meta({ title: 'Connection', description: 'Signs the message with a stored secret' }),
});

/** Sends by https://www.standardwebhooks.com: the same `webhook-id` on every attempt, so receivers can tell a repeat. */
export function createWebhookSend({ egress }: { readonly egress: Egress }) {
  return defineExternal({
    type: 'webhook.send',
    title: 'Send a webhook',
    category: 'http',
    summary: 'Tells another service by a signed HTTP POST.',
    input,
    output: z.object({ status: z.int() }),
    async run({ url, body, secret, connection }, { idempotencyKey, signal, now }) {
      refuseConnection(connection);
      const encoded = encodeBody(body ?? {}, {});
      const id = webhookId(idempotencyKey);
      const signature = secret === undefined ? undefined : sign(secret, id, now, encoded.body);
      const headers = {
        ...encoded.headers,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        ...(signature !== undefined && { 'webhook-signature': signature }),
      };
      // A redirect would carry the message to whoever the address names, so it is none of our answers.
      const limits = { timeoutMs: MAX_CALL_MS, maxRedirects: 0 };
      const request = { url, method: 'POST', headers, body: encoded.body, idempotencyKey, signal, ...limits };
      const { status } = await callService(egress, request, now);
      if (status >= 300) {
        const message = `${new URL(url).host} answered ${status}; webhooks follow no redirects, so name the final address.`;
        throw terminal('http_status', message, { details: { status } });
      }
      return { status };
    },
    dryRun: ({ url, body, secret }) => ({
      output: { status: 200 },
      summary: `Would send a webhook to ${url}${secret === undefined ? '' : ', signed'}`,
      detail: { url, body: body ?? {} },
    }),
  });
}

function webhookId(idempotencyKey: string): string {
  return `msg_${createHash('sha256').update(idempotencyKey).digest('base64url').slice(0, 27)}`;
}

function sign(secret: string, id: string, at: Date, body: string): string {
  return openWebhook(secret).sign(id, at, body);
}

function openWebhook(secret: string): Webhook {
  if (!secret.startsWith('whsec_')) return new Webhook(new Uint8Array(Buffer.from(secret, 'utf8')), { format: 'raw' });
  try {
    return new Webhook(secret);
  } catch {
    throw terminal('invalid_input', 'The secret begins with whsec_ and is not base64 after that; copy it whole.');
  }
}
