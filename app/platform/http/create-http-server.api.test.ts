import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import { createLog } from '../log/log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { closeHttpServer, createHttpServer } from './create-http-server.ts';
import type { HttpServer } from './http-server.ts';
import { acceptRawBodies } from './read-json-bodies.ts';

let server: HttpServer;
let lines: string[];
const metrics = createMetrics();

beforeEach(async () => {
  lines = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => lines.push(line) } });
  server = await createHttpServer({ log, bodyLimitBytes: 10_000, metrics });
  const pet = z.strictObject({ name: z.string().min(2), age: z.int().optional(), extra: z.json().optional() });
  server.post(
    '/api/v1/pets',
    { schema: { body: pet, querystring: z.strictObject({ limit: z.coerce.number().max(5).optional() }) } },
    async (request, reply) => reply.code(201).send({ ...request.body, bytes: request.rawBody?.length }),
  );
  server.post('/api/v1/publish', async (request) => ({ body: request.body ?? null }));
  server.get(
    '/api/v1/pets/:id',
    { schema: { params: z.strictObject({ id: z.uuid() }) } },
    async (request) => request.params,
  );
  server.get('/api/v1/bug', async () => {
    throw new Error('canary: connection to 10.0.0.1 refused');
  });
  server.get('/api/v1/busy', async () => {
    throw new AppError('overloaded', 503, 'Too much at once.', { retryAfterSeconds: 2 });
  });
  server.get(
    '/api/v1/lie',
    { schema: { response: { 200: z.object({ n: z.number() }) } } },
    async () => ({ n: 'x' }) as never,
  );
  await server.register(async (scope) => {
    acceptRawBodies(scope);
    scope.post('/hooks/:token', async (request) => ({
      text: request.rawBody?.toString('latin1') ?? null,
      isBuffer: Buffer.isBuffer(request.body),
    }));
  });
});
afterEach(() => server.close());

const post = (url: string, payload: string | Buffer | undefined, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    ...(payload !== undefined && { payload }),
  });

describe('a JSON body', () => {
  it('is read, with its bytes at hand', async () => {
    const answer = await post('/api/v1/pets', '{"name":"Rex"}');
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ name: 'Rex', bytes: 14 });
  });

  it.each(['application/json; charset=utf-8', 'application/vnd.api+json', 'Application/JSON'])(
    'is read as %s',
    async (type) => {
      expect((await post('/api/v1/pets', '{"name":"Rex"}', { 'content-type': type })).statusCode).toBe(201);
    },
  );

  it('may be missing where none is needed', async () => {
    for (const payload of [undefined, '']) {
      expect((await post('/api/v1/publish', payload)).json()).toEqual({ body: null });
    }
    expect((await server.inject({ method: 'POST', url: '/api/v1/publish' })).json()).toEqual({ body: null });
  });

  it.each([
    ['malformed', '{"name": Rex}', 400, 'malformed_json'],
    ['too deep', '['.repeat(5000) + ']'.repeat(4999), 400, 'json_too_deep'],
    ['with a prototype', '{"name":"Rex","extra":{"__proto__":{"x":1}}}', 400, 'json_unsafe_key'],
    ['with a NUL', '{"name":"Re\\u0000x"}', 400, 'unsafe_text'],
    ['with half a pair', '{"name":"Re\\ud800x"}', 400, 'unsafe_text'],
    ['with a huge number', '{"name":"Rex","age":12345678901234567890}', 400, 'json_inexact_number'],
    ['with a key twice', '{"name":"Rex","name":"Max"}', 400, 'json_duplicate_key'],
    ['too large', JSON.stringify({ name: 'x'.repeat(11_000) }), 413, 'body_too_large'],
    ['of another shape', '[]', 400, 'invalid_request'],
  ])('that is %s is refused', async (_, payload, status, code) => {
    const answer = await post('/api/v1/pets', payload);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(Object.keys(answer.json())).toEqual(['error']);
    expect(answer.json().error).toMatchObject({ code, message: expect.any(String) });
  });

  it('in invalid UTF-8 is refused', async () => {
    const answer = await post('/api/v1/pets', Buffer.from([0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d]));
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_encoding']);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'nonsense'])(
    'as %s is refused',
    async (type) => {
      const answer = await post('/api/v1/pets', '{"name":"Rex"}', { 'content-type': type });
      expect([answer.statusCode, answer.json().error.code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('that is compressed is refused', async () => {
    const answer = await post('/api/v1/pets', 'x', { 'content-encoding': 'gzip' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([415, 'unsupported_encoding']);
  });
});

describe('a request against its schema', () => {
  it('is told every problem with its path', async () => {
    const answer = await post('/api/v1/pets?limit=9', '{"name":"R","age":1.5,"admin":true,"root":1}');
    expect(answer.statusCode).toBe(400);
    const body = await post('/api/v1/pets', '{"name":"R","age":1.5,"admin":true,"root":1}');
    expect(body.json().error.problems).toEqual([
      expect.objectContaining({ path: '/name' }),
      expect.objectContaining({ path: '/age' }),
      { path: '/admin', message: 'is not a known key; remove it', code: 'unknown_key' },
      { path: '/root', message: 'is not a known key; remove it', code: 'unknown_key' },
    ]);
    expect(body.json().error.message).toContain('/name');
    expect(body.json().error.message).toContain('(and 3 more)');
  });

  it('names the query and the path', async () => {
    const query = await post('/api/v1/pets?limit=9', '{"name":"Rex"}');
    expect(query.json().error.problems[0].path).toBe('/query/limit');
    const path = await server.inject('/api/v1/pets/7');
    expect(path.json().error.problems[0].path).toBe('/path/id');
  });
});

describe('an answer', () => {
  it('is 404 in the one shape for what is not there', async () => {
    const answer = await server.inject('/nowhere?token=canary');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error).toEqual({
      code: 'route_not_found',
      message: 'There is nothing at GET /nowhere. The API is described at /api/docs.',
    });
  });

  it.each(['/api/v1/bug', '/api/v1/lie'])('tells nothing of a bug at %s, and the log tells all', async (url) => {
    const answer = await server.inject(url);
    expect(answer.statusCode).toBe(500);
    expect(answer.json().error.code).toBe('internal');
    expect(answer.json().error.message).toContain(answer.headers['x-request-id']);
    expect(answer.body).not.toMatch(/canary|stack|10\.0\.0\.1/);
    expect(lines.join('')).toContain('failed to answer a request');
  });

  it('says when to come back', async () => {
    const answer = await server.inject('/api/v1/busy');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(answer.json()).toEqual({ error: { code: 'overloaded', message: 'Too much at once.' } });
  });

  it.each(['/api/v1/pets/%', '/%E0%A4%A', '/api/v1/pets/%00', '/x?y=%00'])('is 400 for the URL %s', async (url) => {
    const answer = await server.inject(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.code).toMatch(/^(bad_url|unsafe_text)$/);
  });

  it('carries the request id: the given one where it is well-formed', async () => {
    const own = await server.inject({ url: '/api/v1/busy', headers: { 'x-request-id': 'abc-1' } });
    expect(own.headers['x-request-id']).toBe('abc-1');
    const bad = await server.inject({ url: '/api/v1/busy', headers: { 'x-request-id': 'a b<script>' } });
    expect(bad.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('carries the headers that keep browsers safe', async () => {
    const { headers } = await server.inject('/api/v1/busy');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('is counted by route, and logged without its address', async () => {
    await post('/hooks/canary-token', 'x');
    expect((await metrics.render()).body).toContain('route="/hooks/:token"');
    expect(lines.join('')).toContain('"/hooks/:token"');
    expect(lines.join('')).not.toContain('canary-token');
  });
});

describe('a hook', () => {
  it.each(['text/plain', 'application/json', 'application/octet-stream', 'x/y'])(
    'takes %s as it comes',
    async (type) => {
      const answer = await post('/hooks/t', '{"a": 1 ,"a":\\u0000', { 'content-type': type });
      expect(answer.json()).toEqual({ text: '{"a": 1 ,"a":\\u0000', isBuffer: true });
    },
  );

  it('takes a body without a content type, and none at all', async () => {
    const bytes = await server.inject({ method: 'POST', url: '/hooks/t', payload: Buffer.from([1, 255]) });
    expect(bytes.json()).toEqual({ text: '\u0001\u00ff', isBuffer: true });
    const none = await server.inject({ method: 'POST', url: '/hooks/t' });
    expect(none.json().text).toBeNull();
  });
});

describe('the description', () => {
  it('is OpenAPI with the routes and their schemas', async () => {
    const document = (await server.inject('/api/v1/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/api/v1/pets');
    const { schema } = document.paths['/api/v1/pets'].post.requestBody.content['application/json'];
    expect(schema).toMatchObject({ type: 'object', required: ['name'], additionalProperties: false });
    expect(document.paths['/api/v1/openapi.json']).toBeUndefined();
  });

  it('has a page that loads only from here', async () => {
    const page = await server.inject('/api/docs');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/https?:/);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const [, reference = '', start = ''] = /src="([^"]+)"[\s\S]*src="([^"]+)"/.exec(page.body) ?? [];
    expect((await server.inject(start)).body).toContain('/api/v1/openapi.json');
    const script = await server.inject(reference);
    expect(script.headers['content-type']).toContain('text/javascript');
    expect(script.rawPayload.length).toBeGreaterThan(100_000);
  });
});

/** Sends raw bytes over a socket and gives all that comes back. */
function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('over a real socket', () => {
  const listen = async () => Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);

  it('answers broken HTTP in the one shape', async () => {
    const answer = await sendRaw(await listen(), 'NONSENSE\r\n\r\n');
    expect(answer).toContain('HTTP/1.1 400 Bad Request');
    expect(answer).toContain('"code":"malformed_request"');
  });

  it('cuts whoever sends broken HTTP and then neither reads on nor closes', async () => {
    const socket = connect({ port: await listen(), host: '127.0.0.1', allowHalfOpen: true });
    socket.write('NONSENSE\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('HTTP/1.1 400');
    // Held open from this side: the server must not wait for it, now or at its end.
    await server.close();
    socket.destroy();
  });

  it('answers a body whose chunks are broken', async () => {
    const head = 'POST /api/v1/pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const answer = await sendRaw(await listen(), `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    expect(answer).toContain('HTTP/1.1 400');
  });

  it('does not answer a request in the place of the one before it', async () => {
    const asked = Promise.withResolvers<void>();
    server.get('/api/v1/slow', () => {
      asked.resolve();
      return new Promise(() => {});
    });
    const socket = connect(await listen(), '127.0.0.1');
    const heard: Buffer[] = [];
    socket.on('data', (chunk) => heard.push(chunk));
    socket.write('GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked.promise;
    socket.write('NONSENSE\r\n\r\n');
    await once(socket, 'close');
    expect(Buffer.concat(heard).toString()).toBe('');
  });

  it('answers headers past 16 KB with 431', async () => {
    const answer = await sendRaw(await listen(), `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toContain('HTTP/1.1 431');
    expect(answer).toContain('"code":"headers_too_large"');
  });

  it('answers a body that says to be huge with 413 before it comes', async () => {
    const head = 'POST /api/v1/pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const answer = await sendRaw(await listen(), `${head}Connection: close\r\nContent-Length: 5000000000\r\n\r\n{`);
    expect(answer).toContain('HTTP/1.1 413');
  });

  it('stops an endless body at the limit', async () => {
    const head = 'POST /api/v1/pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const chunk = `${(6000).toString(16)}\r\n${'x'.repeat(6000)}\r\n`;
    const answer = await sendRaw(
      await listen(),
      `${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
    );
    expect(answer).toContain('HTTP/1.1 413');
  });

  it.each([
    ['goes', ''],
    ['half-closes', 'half'],
    ['goes on with nonsense', 'NONSENSE\r\n\r\n'],
    ['goes on with CONNECT', 'CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('takes a reader who %s before a stream begins for no bug', async (_, then) => {
    const asked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    server.get('/api/v1/stream', async (_, reply) => {
      const stream = new Readable({ read() {} });
      setImmediate(asked.resolve);
      stream.once('close', () => setImmediate(ended.resolve));
      return reply.send(stream);
    });
    const socket = connect(await listen(), '127.0.0.1');
    socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    await asked.promise;
    if (then === 'half') socket.end();
    else if (then) socket.write(then);
    else socket.destroy();
    await ended.promise;
    expect(lines.join('')).not.toContain('failed to answer a request');
  });

  it.each([
    ['never ends its headers', 'GET /api/v1/busy HTTP/1.1\r\nHost: x\r\nA'],
    ['sends nothing', ''],
    [
      'never ends its body',
      'POST /api/v1/pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    ],
    [
      'never ends a chunk',
      'POST /api/v1/pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{',
    ],
    ['drips', 'GET /api/v1/busy HTTP/1.1\r\nHost: x\r\nA: ', 'a'],
    [
      'drips its body',
      'POST /api/v1/pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n',
      ' ',
    ],
  ])('answers a sender who %s with 408', async (_, begin, drop?: string) => {
    const timeouts = { headersMs: 60, requestMs: 120, checkMs: 20 };
    const impatient = await createHttpServer({ log: createLog({ level: 'silent' }), timeouts });
    impatient.post('/api/v1/pets', async () => ({}));
    const url = await impatient.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write(begin);
    const dripping = drop === undefined ? undefined : setInterval(() => socket.write(drop), 5);
    const [answer] = await once(socket, 'data');
    clearInterval(dripping);
    expect(String(answer)).toContain('HTTP/1.1 408');
    socket.destroy();
    await closeHttpServer(impatient, 10_000);
  });

  it('closes after the grace period though a request never ends', async () => {
    const begun = Promise.withResolvers<void>();
    const slow = await createHttpServer({ log: createLog({ level: 'silent' }) });
    slow.get('/slow', () => {
      begun.resolve();
      return new Promise(() => {});
    });
    const address = await slow.listen({ port: 0, host: '127.0.0.1' });
    const request = sendRaw(Number(new URL(address).port), 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n').catch(() => '');
    await begun.promise;
    await closeHttpServer(slow, 1);
    expect(await request).toBe('');
  });
});
