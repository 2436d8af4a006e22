/** The wire of the connections feature. Secrets come in and never go out. Unknown keys are refused. */
import { z } from 'zod';
import { CONNECTION_KINDS } from './connection-kind.ts';

export const CONNECTION_LIMITS = {
  perOrganization: 1000,
  nameChars: 100,
  hosts: 50,
  hostChars: 260,
  headers: 20,
  headerNameChars: 200,
  secretChars: 8192,
  /** Of all headers together. */
  headersChars: 16_384,
  urlChars: 8192,
  pageItems: 100,
  defaultPageItems: 50,
} as const;

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const name = z
  .string()
  .min(1)
  .max(CONNECTION_LIMITS.nameChars)
  .refine((text) => text.trim() === text, 'must not begin or end with a space')
  .refine((text) => !ID.test(text), 'must not look like an id')
  .describe('Unique in the organization; steps may name the connection by it');

const hosts = z
  .array(z.string().max(CONNECTION_LIMITS.hostChars))
  .min(1)
  .max(CONNECTION_LIMITS.hosts)
  .describe('Where the secret may be sent: api.example.com, *.example.com, with :port where it is not 443');

// What is secret is never named in a message: texts of rules here must not hold the value.
const text = z.string().min(1).max(CONNECTION_LIMITS.secretChars);
const headerName = z.string().min(1).max(CONNECTION_LIMITS.headerNameChars);

const apiKeySecret = z.strictObject({
  in: z.enum(['header', 'query']).default('header'),
  name: headerName.describe('Of the header or the query parameter'),
  value: text,
});
const basicSecret = z.strictObject({
  username: z.string().max(CONNECTION_LIMITS.secretChars),
  password: z.string().max(CONNECTION_LIMITS.secretChars),
});
const bearerSecret = z.strictObject({ token: text });
const customSecret = z.strictObject({
  headers: z
    .record(headerName, text)
    .refine((headers) => Object.keys(headers).length > 0, 'needs at least one header')
    .refine(
      (headers) => Object.keys(headers).length <= CONNECTION_LIMITS.headers,
      `takes ${CONNECTION_LIMITS.headers} headers at most`,
    )
    .refine(
      (headers) => Object.values(headers).join('').length <= CONNECTION_LIMITS.headersChars,
      `takes ${CONNECTION_LIMITS.headersChars} characters at most`,
    ),
});
const webhookSecret = z.strictObject({ secret: text.describe('whsec_… or a plain text both sides know') });
const smtpSecret = z.strictObject({
  url: text.describe('smtps://user:password@mail.example.com:465, or smtp:// with STARTTLS where the server offers it'),
  from: z.string().min(1).max(500).optional().describe('Who sends. Default: the sender of this server'),
});

/** What a secret looks like, by the kind of its connection. */
export const secretSchemas = {
  api_key: apiKeySecret,
  basic: basicSecret,
  bearer: bearerSecret,
  custom: customSecret,
  webhook: webhookSecret,
  smtp: smtpSecret,
} as const;

/**
 * Read by its kind afterwards: problems that are found here name the keys of what was sent, and below a secret even a
 * key may be secret.
 */
const secret = z.record(z.string(), z.unknown()).meta({
  description: 'In the form of its kind. Never told again',
  anyOf: Object.values(secretSchemas).map((schema) => z.toJSONSchema(schema, { io: 'input' })),
});

export const createBody = z.strictObject({
  kind: z.enum(CONNECTION_KINDS),
  name,
  hosts: hosts.optional().describe(`${hosts.description}. A mail server has the one of its url`),
  secret,
});
export type NewConnection = z.output<typeof createBody>;

export const changeBody = z
  .strictObject({
    name: name.optional(),
    hosts: hosts.optional(),
    secret: secret.optional().describe('The whole secret anew. Needed where hosts are added'),
  })
  .refine((body) => Object.keys(body).length > 0, 'needs name, hosts or secret');
export type ConnectionChange = z.output<typeof changeBody>;

export const testBody = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(CONNECTION_LIMITS.urlChars)
    .optional()
    .describe('What to call with the connection; one of its hosts. None for a mail server'),
  method: z.enum(['GET', 'HEAD']).default('GET'),
});
export const testAnswer = z.object({
  ok: z.boolean().describe('The service answered with a status below 400, or let us in'),
  status: z.int().nullable().describe('Null where there was no answer, or it is no HTTP'),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type TestAnswer = z.output<typeof testAnswer>;

export const idParams = z.strictObject({ id: z.string() });
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(CONNECTION_LIMITS.pageItems).default(CONNECTION_LIMITS.defaultPageItems),
  cursor: z.string().max(200).optional(),
});
export const deleteQuery = z.strictObject({
  force: z
    .enum(['', 'true', 'false'])
    .optional()
    .describe('Also where published workflows use it; their steps then fail'),
});

export const connectionView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(CONNECTION_KINDS),
  hosts: z.array(z.string()),
  version: z.int().describe('Rises with each change of secret or hosts'),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ConnectionView = z.output<typeof connectionView>;
export const connectionList = z.object({ items: z.array(connectionView), nextCursor: z.string().nullable() });
