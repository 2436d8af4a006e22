import type { FastifyRequest } from 'fastify';
import type { HttpServer } from './http-server.ts';
import { DEFAULT_JSON_LIMITS, type JsonLimits } from './json-limits.ts';
import { parseJsonBody } from './parse-json.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as its bytes came; undefined where there was none. Signatures are verified over it. */
    rawBody: Buffer | undefined;
  }
}

/**
 * Makes the server read JSON bodies by parse-json.ts, whatever parameters their content type has. An empty body is no
 * body, so that `POST` without one works with any client.
 */
export function readJsonBodies(server: HttpServer, limits: JsonLimits = DEFAULT_JSON_LIMITS): void {
  server.decorateRequest('rawBody', undefined);
  server.removeAllContentTypeParsers();
  const read = async (request: FastifyRequest, body: Buffer) => {
    request.rawBody = body;
    return body.length === 0 ? undefined : parseJsonBody(body, limits);
  };
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, read);
  server.addContentTypeParser(/^application\/[\w.+-]+\+json(;|$)/, { parseAs: 'buffer' }, read);
}

/**
 * Makes the routes of one plugin scope take any body of any content type as it comes: `request.rawBody` and
 * `request.body` are its bytes, and nothing of it is parsed. For webhooks, whose signatures cover the bytes.
 * Call it inside `server.register(async (scope) => { acceptRawBodies(scope); scope.post(…) })`.
 */
export function acceptRawBodies(scope: HttpServer): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    request.rawBody = body;
    return body;
  });
}
