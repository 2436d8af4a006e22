import type { Json } from '@mainspring/engine/json.ts';
import { defineExternal } from '@mainspring/sdk/action.ts';
import { z } from 'zod';
import type { Egress } from '../../../../platform/egress/egress.ts';
import { redact } from '../../../../platform/log/redact.ts';
import { type Connections, connectionField, HTTP_KINDS } from '../../../connections/server/public.ts';
import { callService } from '../call-service.ts';
import { encodeBody } from '../encode-body.ts';
import { openCredentials } from '../open-credentials.ts';
import { readAnswer } from '../read-answer.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const anyValue = z.unknown() as unknown as z.ZodType<Json>;

const input = z.strictObject({
  method: z
    .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])
    .default('GET')
    .meta({ title: 'Method', examples: ['GET', 'POST'] }),
  url: z
    .string()
    .min(1)
    .max(8192)
    .meta({
      title: 'URL',
      description: 'Address to call, http or https',
      examples: ['https://api.example.com/leads/{{ event.data.id }}'],
    }),
  headers: z
    .record(z.string().max(200), scalar)
    .optional()
    .meta({ title: 'Headers', examples: [{ Authorization: 'Bearer …' }] }),
  query: z
    .record(z.string().max(500), z.union([scalar, z.null(), z.array(scalar).max(200)]))
    .optional()
    .meta({
      title: 'Query',
      description: 'Added to the URL; a list gives one entry for each item, null none',
      examples: [{ page: 2, tag: ['new', 'vip'] }],
    }),
  body: anyValue.optional().meta({
    title: 'Body',
    description: 'Text is sent as it is; anything else as JSON, or as a form where Content-Type says so',
    multiline: true,
    examples: [{ name: { $: 'event.data.name' } }],
  }),
  connection: connectionField('Access data that is added to the call, by id or name', HTTP_KINDS).optional(),
});

const output = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()).meta({ description: 'Names in lower case' }),
  body: anyValue.meta({ description: 'A value where the answer is JSON, else text' }),
});

export function createHttpRequest(deps: { readonly egress: Egress; readonly connections: Connections }) {
  const { egress, connections } = deps;
  return defineExternal({
    type: 'http.request',
    title: 'Call a web address',
    category: 'http',
    summary: 'Sends an HTTP request and gives the answer; a status of 400 or more is an error.',
    input,
    output,
    async run(given, { organizationId, idempotencyKey, signal, now }) {
      const credentials = await openCredentials(connections, organizationId, given.connection);
      const headers = withText(given.headers ?? {});
      const encoded = given.body === undefined ? undefined : encodeBody(given.body, headers);
      const response = await callService(
        egress,
        {
          method: given.method,
          url: withQuery(given.url, given.query ?? {}),
          headers: encoded?.headers ?? headers,
          idempotencyKey,
          scope: organizationId,
          signal,
          // The step's own time-out is in the signal.
          timeoutMs: MAX_CALL_MS,
          ...(encoded && { body: encoded.body }),
          ...(credentials && { credentials }),
        },
        now,
      );
      return {
        status: response.status,
        headers: response.headers,
        body: readAnswer(response.body, response.headers['content-type']),
      };
    },
    dryRun(given) {
      const url = withQuery(given.url, given.query ?? {});
      return {
        output: { status: 200, headers: {}, body: null },
        summary: `Would call ${given.method} ${url}`,
        detail: {
          method: given.method,
          url,
          headers: redact(withText(given.headers ?? {})) as { [name: string]: string },
          body: given.body ?? null,
          ...(given.connection !== undefined && { connection: given.connection }),
        },
      };
    },
  });
}

const MAX_CALL_MS = 3_600_000;

function withText(headers: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

type Query = NonNullable<z.output<typeof input>['query']>;

function withQuery(address: string, query: Query): string {
  const entries = Object.entries(query);
  const url = URL.parse(address);
  // What is no URL is refused where it is called, with its reason.
  if (entries.length === 0 || !url) return address;
  for (const [name, value] of entries) {
    for (const item of [value].flat()) {
      if (item !== null) url.searchParams.append(name, String(item));
    }
  }
  return url.href;
}
