import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authenticate } from '../auth/authenticate.ts';
import { createHttpServer } from '../http/create-http-server.ts';
import type { HttpServer } from '../http/http-server.ts';
import { createLog } from '../log/log.ts';
import { createRateLimits, DEFAULT_RATE_LIMITS } from './rate-limits.ts';

const WRONG_KEYS = 3;

let server: HttpServer;
let rightKeys: Set<string>;
let lookedUp: string[];

beforeEach(async () => {
  rightKeys = new Set(['right', 'also-right']);
  lookedUp = [];
  server = await createHttpServer({ log: createLog({ level: 'silent' }), trustProxies: ['10.9.9.9'] });
  const limits = await createRateLimits(server, { ...DEFAULT_RATE_LIMITS, wrongKeys: WRONG_KEYS });
  server.decorateRequest('organizationId', '');
  server.decorateRequest('access', null as never);
  const findOwner = async (key: string) => {
    lookedUp.push(key);
    return rightKeys.has(key)
      ? { kind: 'api_key' as const, id: key, organizationId: 'org', scopes: ['full'] as const }
      : undefined;
  };
  await server.register(async (scope) => {
    scope.addHook('onRequest', authenticate(findOwner, limits.keyAttempts));
    scope.get('/me', async (request) => (request.access.kind === 'api_key' ? request.access.id : ''));
  });
});
afterEach(() => server.close());

type From = { readonly remoteAddress?: string; readonly headers?: Record<string, string> };

async function ask(key: string, { remoteAddress = '192.0.2.1', headers = {} }: From = {}) {
  const answer = await server.inject({
    url: '/me',
    remoteAddress,
    headers: { ...headers, authorization: `Bearer ${key}` },
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.body };
}

async function guess(from?: From): Promise<void> {
  for (let n = 0; n < WRONG_KEYS; n++) expect((await ask(`guess-${n}`, from)).status).toBe(401);
}

describe('guessing API keys', () => {
  test('ends with 429 and Retry-After, before the next key is looked up', async () => {
    await guess();
    lookedUp = [];
    const answer = await ask('also-right');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'too_many_wrong_keys', message: expect.stringContaining('Retry-After') },
    });
    expect(lookedUp).toEqual([]);
  });

  test('all at once gets no further', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => ask(`guess-${n}`)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(WRONG_KEYS);
    expect(lookedUp).toHaveLength(WRONG_KEYS);
  });

  test('locks nobody out whose key has proved itself from there', async () => {
    await ask('right');
    await guess();
    expect((await ask('right')).status).toBe(200);
    rightKeys.delete('right');
    expect((await ask('right')).status).toBe(401);
    expect((await ask('right')).status).toBe(429);
  });

  test('does not concern other addresses', async () => {
    await guess();
    expect((await ask('right', { remoteAddress: '192.0.2.2' })).status).toBe(200);
  });

  test('from one network of IPv6 counts as from one address', async () => {
    await guess({ remoteAddress: '2001:db8::1' });
    expect((await ask('x', { remoteAddress: '2001:db8::2' })).status).toBe(429);
    expect((await ask('x', { remoteAddress: '2001:db8:0:1::1' })).status).toBe(401);
  });

  test('behind a proxy that is trusted counts for whom it speaks for, and nobody else is believed', async () => {
    const via = (client: string, proxy: string) => ({ remoteAddress: proxy, headers: { 'x-forwarded-for': client } });
    await guess(via('198.51.100.1', '10.9.9.9'));
    expect((await ask('x', via('198.51.100.1', '10.9.9.9'))).status).toBe(429);
    expect((await ask('x', via('198.51.100.2', '10.9.9.9'))).status).toBe(401);
    await guess(via('198.51.100.3', '192.0.2.9'));
    expect((await ask('x', via('198.51.100.4', '192.0.2.9'))).status).toBe(429);
  });
});

test('the same wrong key, sent again and again, is no guessing', async () => {
  for (let n = 0; n < 3 * WRONG_KEYS; n++) expect((await ask('outdated')).status).toBe(401);
  expect((await ask('right')).status).toBe(200);
});
