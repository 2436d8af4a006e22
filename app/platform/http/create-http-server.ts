/**
 * The server kit: a Fastify server that reads strictly, answers every error in one shape, and describes itself.
 * Features add their routes to it; see createHttpServer.
 */
import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyBaseLogger, type FastifyReply, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { newId } from '../ids/id.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { answerBrokenRequest } from './answer-broken-requests.ts';
import { addApiDocs } from './api-docs.ts';
import { errorBody, toAppError } from './error-answer.ts';
import { httpErrors } from './http-errors.ts';
import type { HttpServer } from './http-server.ts';
import { readJsonBodies } from './read-json-bodies.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export type HttpServerOptions = {
  readonly log: Log;
  /** Addresses and networks of proxies whose `X-Forwarded-*` is believed. Default none: the peer's own address counts. */
  readonly trustProxies?: readonly string[];
  /** Default 1 MB. */
  readonly bodyLimitBytes?: number;
  readonly metrics?: Metrics;
  /** Shown in the API's description. */
  readonly version?: string;
  readonly timeouts?: HttpTimeouts;
};

/** How long a sender may take: slow ones hold no connection for long. */
export type HttpTimeouts = {
  readonly headersMs: number;
  /** For the request as a whole. */
  readonly requestMs: number;
  /** How often connections are looked at; so much later than told may a sender be cut. */
  readonly checkMs: number;
};

export const DEFAULT_BODY_LIMIT_BYTES = 1_048_576;
const DEFAULT_TIMEOUTS: HttpTimeouts = { headersMs: 10_000, requestMs: 30_000, checkMs: 1_000 };
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const IDLE_SWEEP_MS = 50;
const MAX_HEADER_BYTES = 16_384;
const MAX_PATH_PARAM_CHARS = 500;
const FOREIGN_REQUEST_ID = /^[\w.:-]{1,100}$/;

/**
 * Makes the server; routes come after, `listen` last. Each request gets an id (a well-formed `X-Request-Id` is kept),
 * shown in the answer and the log.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log, metrics, bodyLimitBytes = DEFAULT_BODY_LIMIT_BYTES, timeouts = DEFAULT_TIMEOUTS } = options;
  const server: HttpServer = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxies?.length ? [...options.trustProxies] : false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: timeouts.checkMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PATH_PARAM_CHARS },
    genReqId: requestId,
    frameworkErrors: (error, request, reply) => {
      const answer = reply as FastifyReply;
      const known =
        toAppError(error, { contentType: undefined, bodyLimitBytes, isReaderGone: false }) ??
        httpErrors.malformed_request();
      answer.code(known.status).header('x-request-id', request.id).send(errorBody(known));
    },
    clientErrorHandler: answerBrokenRequest,
  }).withTypeProvider<ZodTypeProvider>();

  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  readJsonBodies(server);
  answerErrors(server, bodyLimitBytes);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    refuseUnreadable(request.headers['content-encoding'], request.url);
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics?.httpRequestSeconds.observe(labels, reply.elapsedTime / 1000);
    // The route, not the URL: addresses of hooks are secrets.
    request.log.debug({ ...labels, ms: Math.round(reply.elapsedTime * 10) / 10 }, 'answered');
  });
  await addApiDocs(server, options.version ?? '0.1.0');
  return server;
}

/**
 * Stops taking requests and ends when those under way are answered, or at the latest after `graceMs`; what is still
 * open then (streams, slow readers) is cut.
 */
export async function closeHttpServer(server: HttpServer, graceMs: number): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), graceMs);
  // Node closes the connections that are idle now; those whose answers end later would be kept alive for a next request.
  const sweep = setInterval(() => server.server.closeIdleConnections(), IDLE_SWEEP_MS);
  await server.close();
  clearInterval(sweep);
  clearTimeout(cut);
}

function requestId(request: { headers: IncomingMessage['headers'] }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && FOREIGN_REQUEST_ID.test(given) ? given : newId();
}

function refuseUnreadable(contentEncoding: string | undefined, url: string): void {
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') {
    throw httpErrors.unsupported_encoding(JSON.stringify(contentEncoding.slice(0, 50)));
  }
  if (url.includes('%00')) {
    throw httpErrors.unsafe_text('The URL', { problems: [{ path: '', message: 'holds %00', code: 'unsafe_text' }] });
  }
}

function answerErrors(server: HttpServer, bodyLimitBytes: number): void {
  server.setNotFoundHandler((request) => {
    const [path = ''] = request.url.split('?');
    throw httpErrors.route_not_found(`${request.method} ${path.slice(0, 200)}`);
  });
  server.setErrorHandler((error, request, reply) => {
    const known = toAppError(error, {
      contentType: request.headers['content-type']?.slice(0, 100),
      bodyLimitBytes: request.routeOptions.bodyLimit ?? bodyLimitBytes,
      isReaderGone: reply.raw.destroyed,
    });
    const answer = known ?? httpErrors.internal(request.id);
    if (!known) request.log.error({ err: error, route: request.routeOptions.url }, 'failed to answer a request');
    if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(answer.retryAfterSeconds));
    // Past a route's own serializer, whose schema knows only what the route promises.
    reply.code(answer.status).type('application/json; charset=utf-8').serializer(JSON.stringify);
    return reply.send(errorBody(answer));
  });
}
