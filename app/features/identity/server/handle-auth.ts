import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors/app-error.ts';
import { ADDRESS_HEADER } from './address-header.ts';
import type { Auth } from './create-auth.ts';

/** What better-auth looks at; nothing else of a request reaches it. */
const PASSED = ['cookie', 'origin', 'referer', 'user-agent', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'];

/** The headers of a request for better-auth, with the address that the server believes. */
export function authHeaders(request: FastifyRequest): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: request.ip });
  for (const name of PASSED) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}

export type AuthCall = { readonly method: string; readonly url: string; readonly body?: unknown };

/** Lets better-auth answer; its cookies go out, its errors take our shape. */
export async function handleAuth(auth: Auth, request: FastifyRequest, reply: FastifyReply, call: AuthCall) {
  const headers = authHeaders(request);
  const withBody = call.method !== 'GET';
  if (withBody) headers.set('content-type', 'application/json');
  const url = new URL(call.url, auth.options.baseURL).href;
  const body = withBody ? JSON.stringify(call.body ?? {}) : undefined;
  const answer = await auth.handler(new Request(url, { method: call.method, headers, ...(body && { body }) }));
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  reply.header('cache-control', 'no-store');
  const location = answer.headers.get('location');
  if (location !== null && answer.status >= 300) return reply.code(answer.status).header('location', location).send();
  const text = await answer.text();
  if (!answer.ok) throw refusalOf(answer.status, text);
  reply.code(answer.status).type('application/json; charset=utf-8').serializer(asItIs);
  return reply.send(JSON.stringify(withoutToken(text)));
}

const asItIs = (payload: unknown) => payload as string;

function refusalOf(status: number, text: string): AppError {
  const { code, message } = readObject(text) as { readonly code?: unknown; readonly message?: unknown };
  if (status >= 500) throw new Error(`Sign-in answered ${status}: ${text.slice(0, 500)}`);
  return new AppError(
    typeof code === 'string' ? code.toLowerCase() : 'auth_refused',
    status,
    typeof message === 'string' ? `${message.replace(/\.$/, '')}.` : 'This was refused.',
  );
}

/** The session is in the cookie, where no script can read it. */
function withoutToken(text: string): object {
  const { token, ...rest } = readObject(text) as { readonly token?: unknown };
  return rest;
}

function readObject(text: string): object {
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}
