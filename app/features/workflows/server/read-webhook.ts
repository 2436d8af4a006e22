import { isUtf8 } from 'node:buffer';
import type { Json, JsonObject } from '@mainspring/engine/json.ts';
import { DEFAULT_JSON_LIMITS } from '../../../platform/http/json-limits.ts';
import { parseJsonBody } from '../../../platform/http/parse-json.ts';
import { unsafeTextReason } from '../../../platform/http/unsafe-text.ts';
import { workflowErrors } from './workflow-errors.ts';

/** A request to a hook, before anything of it is read. */
export type WebhookRequest = {
  readonly method: string;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** What stands behind the `?`, as it came. */
  readonly query: string;
  readonly body: Buffer;
};

/** Never shown to a run: they prove who sends, or who looks. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'x-mainspring-key',
]);
const MOST_FIELDS = 1000;

/**
 * The data of the event: `{ body, headers, query, method }`. The body is parsed by its content type: JSON, form, or
 * text as it came. Throws an AppError of status 400 for what cannot be read or stored.
 */
export function readWebhook(request: WebhookRequest): JsonObject {
  return {
    body: readBody(request),
    headers: readHeaders(request.headers),
    query: readFields(request.query, 'query'),
    method: request.method,
  };
}

function readBody({ headers, body }: WebhookRequest): Json {
  if (body.length === 0) return null;
  const contentType = headers['content-type'];
  const type = typeof contentType === 'string' ? (contentType.split(';')[0] ?? '').trim().toLowerCase() : '';
  if (type === 'application/json' || type.endsWith('+json')) {
    // Ids of other systems are often larger than a double holds; refusing them would lose the request.
    return parseJsonBody(body, { ...DEFAULT_JSON_LIMITS, inexactNumbers: 'text' });
  }
  const text = readText(body);
  return type === 'application/x-www-form-urlencoded' ? readFields(text, 'form') : text;
}

function readText(body: Buffer): string {
  if (!isUtf8(body)) throw workflowErrors.webhook_unreadable('The body is neither JSON, nor a form, nor UTF-8 text.');
  const text = body.toString('utf8');
  const reason = unsafeTextReason(text);
  if (reason) throw workflowErrors.webhook_unreadable(`The body ${reason}.`);
  return text;
}

/** Fields of a form or a query; one that stands several times becomes a list. */
function readFields(text: string, what: 'query' | 'form'): JsonObject {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const reason = unsafeTextReason(name) ?? unsafeTextReason(value);
    if (reason) throw workflowErrors.webhook_unreadable(`The ${what} ${reason}.`);
    if (name === '__proto__') throw workflowErrors.webhook_unreadable(`The ${what} has a field named __proto__.`);
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else fields.set(name, [before, value]);
    if (fields.size > MOST_FIELDS) {
      throw workflowErrors.webhook_unreadable(`The ${what} has more than ${MOST_FIELDS} fields.`);
    }
  }
  return Object.fromEntries(fields);
}

function readHeaders(headers: WebhookRequest['headers']): JsonObject {
  const shown = Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined || name === '__proto__' || SECRET_HEADERS.has(name)) return [];
    return [[name, typeof value === 'string' ? value : value.join(', ')] as const];
  });
  return Object.fromEntries(shown);
}
