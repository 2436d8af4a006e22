import { createHash } from 'node:crypto';
import type { Json } from '@mainspring/engine/json.ts';
import { defineExternal } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Credentials } from '../../../../platform/egress/credentials.ts';
import type { Egress } from '../../../../platform/egress/egress.ts';
import { type Connections, connectionField, HTTP_KINDS } from '../../../connections/server/public.ts';
import { callService } from '../call-service.ts';
import { encodeBody } from '../encode-body.ts';
import { unfitConnection } from '../open-credentials.ts';

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
  connection: connectionField('Signs the message, or adds access data to it; by id or name', [
    'webhook',
    ...HTTP_KINDS,
  ]).optional(),
});

/** Sends by https://www.standardwebhooks.com: the same `webhook-id` on every attempt, so receivers can tell a repeat. */
export function createWebhookSend(deps: { readonly egress: Egress; readonly connections: Connections }) {
  const { egress, connections } = deps;
  return defineExternal({
    type: 'webhook.send',
    title: 'Send a webhook',
    category: 'http',
    summary: 'Tells another service by a signed HTTP POST.',
    input,
    output: z.object({ status: z.int() }),
    async run({ url, body, secret: given, connection }, { organizationId, idempotencyKey, signal, now }) {
      const { credentials, secret } = await openSigning(connections, organizationId, { connection, secret: given });
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
      const message = {
        url,
        method: 'POST',
        headers,
        body: encoded.body,
        idempotencyKey,
        signal,
        scope: organizationId,
        ...limits,
      };
      const request = { ...message, ...(credentials && { credentials }) };
      const { status } = await callService(egress, request, now);
      if (status >= 300) {
        const reason = `${new URL(url).host} answered ${status}; webhooks follow no redirects, so name the final address.`;
        throw terminal('http_status', reason, { details: { status } });
      }
      return { status };
    },
    dryRun: ({ url, body, secret, connection }) => ({
      output: { status: 200 },
      summary: `Would send a webhook to ${url}${secret === undefined ? '' : ', signed'}`,
      detail: { url, body: body ?? {}, ...(connection !== undefined && { connection }) },
    }),
  });
}

/** What the message is signed with, and what egress adds to it. */
async function openSigning(
  connections: Connections,
  organizationId: string,
  { connection, secret }: { readonly connection: string | undefined; readonly secret: string | undefined },
): Promise<{ readonly credentials?: Credentials; readonly secret: string | undefined }> {
  if (connection === undefined) return { secret };
  const open = await connections.open(organizationId, connection);
  switch (open.kind) {
    case 'http':
      return { credentials: open.credentials, secret };
    case 'webhook':
      if (secret === undefined) return { credentials: open.credentials, secret: open.signingSecret() };
      throw terminal('invalid_input', 'The step has a secret, and a connection to sign with; leave one of them out.');
    case 'smtp':
      throw unfitConnection(connection, 'webhook.send');
  }
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
