import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import { createEgress, type Egress, type EgressLimits } from './egress.ts';
import type { EgressError } from './egress-error.ts';
import type { Resolver } from './guarded-connector.ts';

const log = createLog({ level: 'silent' });
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function serve(listener: RequestListener): Promise<{ port: number; url: string; hits: string[] }> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  const port = await listen(server);
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port, url: `http://127.0.0.1:${port}`, hits };
}

function open(ports: readonly number[], options: { limits?: Partial<EgressLimits>; resolver?: Resolver } = {}): Egress {
  const allowPrivateHosts = ports.map((port) => `127.0.0.1:${port}`);
  const egress = createEgress({ allowPrivateHosts, log, ...options });
  cleanups.push(() => egress.close());
  return egress;
}

async function failure(call: Promise<unknown>): Promise<EgressError> {
  return call.then(
    () => {
      throw new Error('the call did not fail');
    },
    (error) => error,
  );
}

function read(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => resolve(text));
  });
}

const echo = async (request: IncomingMessage, response: ServerResponse) => {
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, headers, body: await read(request) }));
};

describe('a call', () => {
  it('sends method, headers, body and key, and gives the whole answer', async () => {
    const { port, url } = await serve(async (request, response) => {
      response.setHeader('X-Answer', 'yes');
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.statusCode = 201;
      await echo(request, response);
    });
    const answer = await open([port]).request({
      url: `${url}/a?b=c`,
      method: 'post',
      headers: { 'X-Own': 'ü' },
      body: 'hello',
      idempotencyKey: 'o/r/s',
    });
    expect(answer).toMatchObject({ status: 201, url: `${url}/a?b=c` });
    expect(answer.headers).toMatchObject({ 'x-answer': 'yes', 'set-cookie': 'a=1, b=2' });
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      method: 'POST',
      url: '/a?b=c',
      body: 'hello',
      headers: { host: `127.0.0.1:${port}`, 'x-own': 'ü', 'idempotency-key': 'o/r/s', 'content-length': '5' },
    });
  });

  it.each([200, 204, 304, 404, 429, 500])('takes the status %i as an answer', async (status) => {
    const { port, url } = await serve((_, response) => response.writeHead(status).end());
    expect((await open([port]).request({ url })).status).toBe(status);
  });

  it('lets the caller name the key', async () => {
    const { port, url } = await serve(echo);
    const { body } = await open([port]).request({
      url,
      headers: { 'Idempotency-Key': 'mine' },
      idempotencyKey: 'other',
    });
    expect(JSON.parse(body.toString()).headers['idempotency-key']).toBe('mine');
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['gzip, br', (text: Buffer) => brotliCompressSync(gzipSync(text))],
    ['identity', (text: Buffer) => text],
  ])('reads an answer in %s', async (encoding, compress) => {
    const { port, url } = await serve((_, response) => {
      response.setHeader('content-encoding', encoding);
      response.end(compress(Buffer.from('hello')));
    });
    expect((await open([port]).request({ url })).body.toString()).toBe('hello');
  });

  it('reads no body where there is none by kind', async () => {
    const { port, url } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '99999999999' }).end();
    });
    expect((await open([port]).request({ url, method: 'HEAD' })).body).toHaveLength(0);
  });

  it('uses a connection again', async () => {
    const sockets = new Set<unknown>();
    const { port, url } = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('x');
    });
    const egress = open([port]);
    for (let call = 0; call < 10; call++) await egress.request({ url });
    // The pool may open a second one while it tidies up the first.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('makes no more calls to one host at a time than it may', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const { port, url } = await serve((_, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      if (waiting.length < 3) return;
      setImmediate(() => {
        for (const held of waiting.splice(0)) held.end();
      });
    });
    const egress = open([port], { limits: { connectionsPerOrigin: 3 } });
    await Promise.all(Array.from({ length: 21 }, () => egress.request({ url })));
    expect(most).toBe(3);
  });
});

describe('an address', () => {
  it('that is private is refused, however it is written', async () => {
    const { port, hits } = await serve(echo);
    const egress = open([], { resolver: async () => ['127.0.0.1'] });
    const hosts = ['127.0.0.1', '2130706433', '0x7f000001', '0177.1', '127.1', '[::ffff:127.0.0.1]', '0', 'localhost'];
    for (const host of [...hosts, 'rebind.example', '[::1]', '[::]', '[64:ff9b::7f00:1]', '169.254.169.254']) {
      const error = await failure(egress.request({ url: `http://${host}:${port}/` }));
      expect([host, error.code, error.mayHaveBeenSent, error.retryable]).toEqual([
        host,
        'egress_refused',
        false,
        false,
      ]);
    }
    expect(hits).toEqual([]);
  });

  it('is checked for https as well', async () => {
    const egress = open([], { resolver: async () => ['10.0.0.1'] });
    expect((await failure(egress.request({ url: 'https://intern.example/' }))).code).toBe('egress_refused');
  });

  it('is refused where a name has a public and a private one', async () => {
    const egress = open([], { resolver: async () => ['93.184.216.34', '10.0.0.1'] });
    expect((await failure(egress.request({ url: 'http://both.example/' }))).code).toBe('egress_refused');
  });

  it('is looked up anew for each connection, so that a name cannot change after its check', async () => {
    let lookups = 0;
    const answers = [['192.168.0.1'], ['127.0.0.1'], ['10.0.0.1']];
    const egress = open([], { resolver: async () => answers[lookups++ % 3] ?? [] });
    for (let call = 1; call <= 3; call++) {
      expect((await failure(egress.request({ url: 'http://rebind.example/' }))).code).toBe('egress_refused');
      expect(lookups).toBe(call);
    }
  });

  it('is the one that was looked up: the name is not asked for twice', async () => {
    const { port } = await serve(echo);
    let lookups = 0;
    const resolver: Resolver = async () => [lookups++ === 0 ? '127.0.0.1' : '192.0.2.1'];
    const egress = createEgress({ allowPrivateHosts: [`intern.example:${port}`], log, resolver });
    cleanups.push(() => egress.close());
    const answer = await egress.request({ url: `http://intern.example:${port}/` });
    expect(JSON.parse(answer.body.toString()).headers.host).toBe(`intern.example:${port}`);
    expect(lookups).toBe(1);
  });

  it('is allowed by host and port only', async () => {
    const [one, other] = [await serve(echo), await serve(echo)];
    const egress = open([one.port]);
    expect((await egress.request({ url: one.url })).status).toBe(200);
    expect((await failure(egress.request({ url: other.url }))).code).toBe('egress_refused');
    expect((await failure(egress.request({ url: `http://localhost:${one.port}` }))).code).toBe('egress_refused');
  });
});

describe('a redirect', () => {
  it('to a private address is refused, and the first call counts as sent', async () => {
    const secret = await serve(echo);
    const front = await serve((_, response) => response.writeHead(302, { location: `${secret.url}/admin` }).end());
    const error = await failure(open([front.port]).request({ url: front.url, method: 'POST', body: 'x' }));
    expect(error).toMatchObject({ code: 'egress_refused', mayHaveBeenSent: true });
    expect(secret.hits).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'http://a:b@127.0.0.1/', 'gopher://x/', 'http://127.0.0.1:25/'])(
    'to %s is refused',
    async (location) => {
      const { port, url } = await serve((_, response) => response.writeHead(301, { location }).end());
      expect((await failure(open([port]).request({ url }))).code).toBe('egress_refused');
    },
  );

  it('is followed without what was meant for the first host', async () => {
    const second = await serve(echo);
    const first = await serve((_, response) => response.writeHead(307, { location: `${second.url}/to` }).end());
    const answer = await open([first.port, second.port]).request({
      url: first.url,
      method: 'POST',
      headers: { Authorization: 'Bearer s', Cookie: 'c', 'X-Api-Key': 'k', 'Content-Type': 'text/plain' },
      body: 'hello',
    });
    const { headers, body } = JSON.parse(answer.body.toString());
    expect(answer.url).toBe(`${second.url}/to`);
    expect(body).toBe('hello');
    expect(headers['content-type']).toBe('text/plain');
    expect([headers.authorization, headers.cookie, headers['x-api-key']]).toEqual([undefined, undefined, undefined]);
  });

  it('in a ring ends', async () => {
    const { port, url, hits } = await serve((_, response) => response.writeHead(302, { location: '/' }).end());
    const error = await failure(open([port]).request({ url, maxRedirects: 3 }));
    expect([error.code, error.retryable, hits.length]).toEqual(['egress_too_many_redirects', false, 4]);
  });

  it('is an answer where none may be followed', async () => {
    const { port, url } = await serve((_, response) => response.writeHead(302, { location: '/x' }).end());
    expect((await open([port]).request({ url, maxRedirects: 0 })).status).toBe(302);
  });
});

describe('a service that', () => {
  const limits = { headersTimeoutMs: 100, idleTimeoutMs: 100, connectTimeoutMs: 100 };

  it('never answers is given up', async () => {
    const { port, url } = await serve(() => {});
    const error = await failure(open([port], { limits }).request({ url }));
    expect(error).toMatchObject({ code: 'egress_timeout', mayHaveBeenSent: true, retryable: true });
    expect(error.message).toContain('did not begin to answer');
  });

  it('stops in the middle is given up', async () => {
    const { port, url } = await serve((_, response) => response.writeHead(200).write('begin'));
    const error = await failure(open([port], { limits }).request({ url }));
    expect(error).toMatchObject({ code: 'egress_timeout', mayHaveBeenSent: true });
    expect(error.message).toContain('middle of its answer');
  });

  it('drips is given up when the whole time is over', async () => {
    const { port, url } = await serve((_, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const error = await failure(open([port], { limits }).request({ url, timeoutMs: 150 }));
    expect(error).toMatchObject({ code: 'egress_timeout', mayHaveBeenSent: true });
    expect(error.message).toContain('within 150 ms');
  });

  it('cannot be found in time is given up, and nothing was sent', async () => {
    const egress = open([], { limits, resolver: () => new Promise(() => {}) });
    const error = await failure(egress.request({ url: 'http://slow-name.example/' }));
    expect(error).toMatchObject({ code: 'egress_timeout', mayHaveBeenSent: false });
  });

  it('does not listen is told apart: nothing was sent', async () => {
    const { port, url } = await serve(echo);
    await cleanups.pop()?.();
    const error = await failure(open([port]).request({ url }));
    expect(error).toMatchObject({ code: 'egress_connect', mayHaveBeenSent: false, retryable: true });
    expect(error.message).toBe(`127.0.0.1:${port} could not be reached: the connection was refused.`);
  });

  it('has no address is told apart', async () => {
    const resolver = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    };
    const error = await failure(open([], { resolver }).request({ url: 'http://nowhere.example/' }));
    expect(error).toMatchObject({ code: 'egress_connect', mayHaveBeenSent: false });
    expect(error.message).toContain('its name is not known');
  });

  it('resets the connection may have got the request', async () => {
    const { port, url } = await serve((request) => request.socket.resetAndDestroy());
    const error = await failure(open([port]).request({ url, method: 'POST', body: 'x' }));
    expect(error).toMatchObject({ code: 'egress_connection_lost', mayHaveBeenSent: true, retryable: true });
  });

  it('breaks off in the body is no answer', async () => {
    const { port, url } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('begin', () => request.socket.destroy());
    });
    const error = await failure(open([port]).request({ url }));
    expect(error).toMatchObject({ code: 'egress_connection_lost', mayHaveBeenSent: true });
  });

  it('speaks no HTTP is no answer', async () => {
    const server = createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n'));
    const port = await listen(server);
    cleanups.push(() => server.close());
    const error = await failure(open([port]).request({ url: `http://127.0.0.1:${port}/` }));
    expect(error).toMatchObject({ code: 'egress_connection_lost', mayHaveBeenSent: true });
  });

  it('says that its answer is too large is not read', async () => {
    const { port, url } = await serve((_, response) =>
      response.writeHead(200, { 'content-length': '2000' }).write('x'),
    );
    const error = await failure(open([port]).request({ url, maxResponseBytes: 1000 }));
    expect(error).toMatchObject({ code: 'response_too_large', mayHaveBeenSent: true, retryable: false });
  });

  it('never ends its answer is cut at the limit', async () => {
    const { port, url } = await serve((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(10_000)) && !response.destroyed);
      };
      response.on('drain', more);
      more();
    });
    expect((await failure(open([port]).request({ url, maxResponseBytes: 100_000 }))).code).toBe('response_too_large');
  });

  it('sends a compression bomb is cut at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { port, url } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(bomb.length).toBeLessThan(100_000);
    expect((await failure(open([port]).request({ url, maxResponseBytes: 1_000_000 }))).code).toBe('response_too_large');
  });

  it.each([
    ['gzip', 'this is no gzip'],
    ['rot13', 'x'],
    ['gzip, gzip, gzip', 'x'],
  ])('lies about its encoding (%s) is no answer', async (encoding, text) => {
    const { port, url } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(text),
    );
    expect((await failure(open([port]).request({ url }))).code).toBe('egress_connection_lost');
  });
});

describe('a request', () => {
  it.each([
    ['a header value with a line break', { headers: { 'x-a': 'b\r\nx-c: d' } }],
    ['a header value with a NUL', { headers: { 'x-a': 'b\u0000' } }],
    ['a header value past Latin-1', { headers: { 'x-a': '🦉' } }],
    ['a header name with a line break', { headers: { 'x-a\r\nx-b': 'c' } }],
    ['an empty header name', { headers: { '': 'c' } }],
    ['its own Host', { headers: { Host: 'intern' } }],
    ['its own Content-Length', { headers: { 'content-length': '3' } }],
    ['its own Transfer-Encoding', { headers: { 'Transfer-Encoding': 'chunked' } }],
    ['a key with a line break', { idempotencyKey: 'a\r\nb' }],
    ['an unknown method', { method: 'CONNECT' }],
    ['a method with a line break', { method: 'GET / HTTP/1.1\r\nX: y' }],
    ['a URL that is none', { url: 'nonsense' }],
  ])('with %s is not sent', async (_, change) => {
    const { port, url, hits } = await serve(echo);
    const error = await failure(open([port]).request({ url, ...change }));
    expect(error).toMatchObject({ code: 'egress_invalid_request', mayHaveBeenSent: false, retryable: false });
    expect(hits).toEqual([]);
  });

  it('that is cancelled before it leaves is not sent', async () => {
    const { port, url, hits } = await serve(echo);
    const error = await failure(open([port]).request({ url, signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'egress_aborted', mayHaveBeenSent: false });
    expect(hits).toEqual([]);
  });

  it('that is cancelled under way may have been sent', async () => {
    const controller = new AbortController();
    const { port, url } = await serve(() => controller.abort());
    const error = await failure(open([port]).request({ url, signal: controller.signal }));
    expect(error).toMatchObject({ code: 'egress_aborted', mayHaveBeenSent: true });
  });

  it('that waits for its turn counts its whole time, and was not sent', async () => {
    const { port, url } = await serve(() => {});
    const egress = open([port], { limits: { connectionsPerOrigin: 1 } });
    const first = failure(egress.request({ url, timeoutMs: 300 }));
    const second = await failure(egress.request({ url, timeoutMs: 100 }));
    expect(second).toMatchObject({ code: 'egress_timeout', mayHaveBeenSent: false });
    await first;
  });
});
