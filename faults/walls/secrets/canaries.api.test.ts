/**
 * Secrets are planted in every kind of connection, used by a whole server in every way there is, with services that
 * send back all they get; then everything that comes out is searched: answers, streams, logs, metrics, the database.
 */

import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../app/platform/config/config.ts';
import { createTestDatabase, type TestDatabase } from '../../../app/platform/db/testing/create-test-database.ts';
import { makeTemporaryFolder } from '../../../app/platform/db/testing/temporary-folder.ts';
import { createLog } from '../../../app/platform/log/log.ts';
import { type RunningServer, startServer } from '../../../app/server/start-server.ts';
import { databaseUrl } from '../../../app/server/testing/database-url.ts';
import {
  type SeenRequest,
  type StubService,
  startStubService,
} from '../../../app/server/testing/start-stub-service.ts';
import { findCanaries } from './find-canaries.ts';

const SIGNS = '"ü/\\&+';
const plant = (name: string) => `cnry${name}${SIGNS}${name}7Kq`;
const CANARIES = {
  header: plant('Header'),
  query: plant('Query'),
  user: plant('User'),
  password: plant('Password'),
  bearer: plant('Bearer'),
  customOne: plant('CustomOne'),
  customTwo: plant('CustomTwo'),
  webhook: plant('Webhook'),
  mail: plant('Mail'),
  replaced: plant('Replaced'),
  refused: plant('Refused'),
} as const;

/** Every byte that came out, and where. */
const outputs: { readonly where: string; readonly text: string }[] = [];
const logged: string[] = [];

let db: TestDatabase;
let server: RunningServer;
let echo: StubService;
let elsewhere: StubService;
let smtp: SMTPServer;
let smtpPort: number;

beforeAll(async () => {
  db = await createTestDatabase();
  elsewhere = await startStubService((request, response) => response.end(said(request)));
  echo = await startStubService((request, response) => {
    const path = request.url.split('?')[0] ?? '';
    response.setHeader('x-echo', encodeURIComponent(said(request)).slice(0, 4000));
    if (path === '/403') return void response.writeHead(403).end(said(request));
    if (path === '/500') return void response.writeHead(500).end(said(request));
    if (path === '/away') return void response.writeHead(307, { location: `${elsewhere.url}${request.url}` }).end();
    if (path === '/around')
      return void response.writeHead(307, { location: request.url.replace('around', 'json') }).end();
    if (path === '/cut') return void response.socket?.destroy();
    if (path === '/base64') return void response.end(Buffer.from(said(request)).toString('base64'));
    response.setHeader('content-type', path === '/json' ? 'application/json' : 'text/html');
    response.end(said(request));
  });
  smtp = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) => done(new Error(`no user ${username} with ${password}`)),
  });
  smtp.on('error', () => {});
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  smtpPort = (smtp.server.address() as AddressInfo).port;
  const destination = new Writable({
    write(chunk, _, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  const config = readConfig({
    PORT: '0',
    MAINSPRING_DATA: await makeTemporaryFolder(),
    DATABASE_URL: databaseUrl(db.connection),
    MAINSPRING_API_KEY: 'key-of-the-canary-test',
    MAINSPRING_ALLOW_PRIVATE_HOSTS: `${echo.host},${elsewhere.host},127.0.0.1:${smtpPort}`,
  });
  server = await startServer(config, createLog({ level: 'trace', destination }));
});
afterAll(async () => {
  await server.stop();
  await Promise.all([echo.close(), elsewhere.close(), new Promise<void>((resolve) => smtp.close(() => resolve()))]);
  await db.drop();
});

/** All of a request, as echo services tell it. */
function said(request: SeenRequest): string {
  const bare = Object.entries(request.headers).map(([name, value]) => `${name}=${value}`);
  return JSON.stringify({ ...request, bare, decoded: decodeURIComponent(request.url) });
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: 'Bearer key-of-the-canary-test',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  outputs.push({ where: `${method} ${path}`, text: `${text}\n${JSON.stringify([...response.headers])}` });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every route
  return { status: response.status, body: readJson(text) as any };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const CONNECTIONS = '/api/v1/connections';

async function createAll(): Promise<Readonly<Record<string, string>>> {
  const { header, query, user, password, bearer, customOne, customTwo, webhook, mail } = CANARIES;
  const url = `smtp://someone:${encodeURIComponent(mail)}@127.0.0.1:${smtpPort}`;
  const kinds = [
    { name: 'header', kind: 'api_key', secret: { name: 'X-Key', value: header } },
    { name: 'query', kind: 'api_key', secret: { in: 'query', name: 'key', value: query } },
    { name: 'basic', kind: 'basic', secret: { username: user, password } },
    { name: 'user only', kind: 'basic', secret: { username: user, password: '' } },
    { name: 'bearer', kind: 'bearer', secret: { token: bearer } },
    { name: 'custom', kind: 'custom', secret: { headers: { 'X-One': customOne, 'X-Two': `Token ${customTwo}` } } },
    { name: 'webhook', kind: 'webhook', secret: { secret: webhook } },
    { name: 'mail', kind: 'smtp', hosts: undefined, secret: { url, from: 'a@example.com' } },
  ];
  const ids: Record<string, string> = {};
  for (const kind of kinds) {
    const key = { 'idempotency-key': `create ${kind.name}` };
    const given = { hosts: [echo.host], ...kind };
    const first = await call('POST', CONNECTIONS, given, key);
    expect([kind.name, first.status, first.body.error]).toEqual([kind.name, 201, undefined]);
    expect((await call('POST', CONNECTIONS, given, key)).body.id).toBe(first.body.id);
    await call('POST', CONNECTIONS, given);
    ids[kind.name] = first.body.id;
  }
  return ids;
}

async function waitForEnd(runId: string): Promise<{ status: string; steps: { status: string }[] }> {
  for (let look = 0; look < 600; look++) {
    const { body } = await call('GET', `/api/v1/runs/${runId}`);
    if (['completed', 'failed', 'cancelled', 'parked'].includes(body.status)) return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('The run does not end.');
}

function workflow(nodes: readonly object[]) {
  const steps = nodes.map((node, n) => ({ id: `n${n}`, onError: 'continue', retry: { attempts: 1 }, ...node }));
  return {
    format: 'mainspring/workflow@1',
    name: 'Canaries',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [
      ...steps,
      { id: 'all', type: 'flow.set', input: { vars: { all: { $: 'steps' } } } },
      { id: 'note', type: 'log.write', input: { message: '{{ steps | json | truncate: 9000 }}' } },
    ],
    edges: [
      { from: 'start', to: 'n0' },
      ...steps.slice(1).map((_, n) => ({ from: `n${n}`, to: `n${n + 1}` })),
      { from: `n${steps.length - 1}`, to: 'all' },
      { from: 'all', to: 'note' },
    ],
  };
}

describe('everything that can be done with secrets', () => {
  let ids: Readonly<Record<string, string>>;

  test('is done: connections', async () => {
    ids = await createAll();
    await call('GET', CONNECTIONS);
    for (const id of Object.values(ids)) {
      await call('GET', `${CONNECTIONS}/${id}`);
      for (const path of ['/json', '/403', '/away', '/cut', '/around']) {
        await call('POST', `${CONNECTIONS}/${id}/test`, { url: `${echo.url}${path}` });
      }
      await call('POST', `${CONNECTIONS}/${id}/test`, { url: 'https://evil.example.com/' });
      await call('POST', `${CONNECTIONS}/${id}/test`);
      await call('PATCH', `${CONNECTIONS}/${id}`, { hosts: [echo.host, 'evil.example.com'] });
    }
    const { refused, replaced } = CANARIES;
    const base = { name: 'Refused', hosts: [echo.host] };
    for (const wrong of [
      { ...base, kind: 'bearer', secret: refused },
      { ...base, kind: 'bearer', secret: { value: refused } },
      { ...base, kind: 'bearer', secret: { token: `${refused}\n` } },
      { ...base, kind: 'bearer', secret: { token: refused.repeat(900) } },
      { ...base, kind: 'bearer', secret: { token: [refused] } },
      { ...base, kind: 'bearer', secret: { token: 'x', [refused]: 1 } },
      { ...base, kind: 'custom', secret: { headers: { [refused]: 'x' } } },
      { ...base, kind: 'custom', secret: { headers: { 'X-A': { [refused]: refused } } } },
      { ...base, kind: 'basic', secret: { username: `${refused}:`, password: refused } },
      { ...base, kind: 'smtp', secret: { url: `http://x:${refused}@y` } },
      { ...base, kind: 'smtp', hosts: undefined, secret: { url: `smtp://x:${encodeURIComponent(refused)}@y/z` } },
      { ...base, kind: 'smtp', hosts: undefined, secret: { url: 'smtp://y', from: refused } },
    ]) {
      expect([400, 422]).toContain((await call('POST', CONNECTIONS, wrong)).status);
      await call('PATCH', `${CONNECTIONS}/${ids.bearer}`, { secret: wrong.secret });
    }
    const truncated = JSON.stringify({ ...base, kind: 'bearer', secret: { token: refused } }).slice(0, -3);
    expect((await call('POST', CONNECTIONS, truncated)).status).toBe(400);
    const made = await call('POST', CONNECTIONS, { ...base, name: 'Replaced', kind: 'bearer', secret: { token: 'x' } });
    const change = { secret: { token: replaced } };
    expect((await call('PATCH', `${CONNECTIONS}/${made.body.id}`, change)).status).toBe(200);
    expect((await call('DELETE', `${CONNECTIONS}/${made.body.id}`)).status).toBe(204);
  });

  test('is done: steps, in real and in simulation', async () => {
    const http = ['header', 'query', 'basic', 'user only', 'bearer', 'custom'];
    const paths = ['/json', '/html', '/base64', '/403', '/500', '/away', '/around', '/cut'];
    const calls = http.flatMap((connection) =>
      paths.map((path) => ({ type: 'http.request', input: { url: `${echo.url}${path}`, connection } })),
    );
    const hooks = [...http, 'webhook'].flatMap((connection) =>
      ['/json', '/403'].map((path) => ({ type: 'webhook.send', input: { url: `${echo.url}${path}`, connection } })),
    );
    const mail = { to: 'b@example.com', subject: 'x', body: 'y', connection: 'mail' };
    const others = [
      { type: 'smtp.send', input: mail },
      { type: 'http.request', input: { url: elsewhere.url, connection: 'bearer' } },
      { type: 'http.request', input: { url: 'http://127.0.0.1:1/', connection: 'basic' } },
    ];
    const definition = workflow([...calls, ...hooks, ...others]);
    const { body } = await call('POST', '/api/v1/workflows', { definition });
    const path = `/api/v1/workflows/${body.id}`;
    await call('POST', '/api/v1/workflows/validate', { definition });
    expect((await call('POST', `${path}/publish`)).body).toMatchObject({ version: 1 });
    await call('GET', path);
    await call('GET', `${path}/versions/1`);
    expect((await call('POST', `${path}/simulate`, {})).status).toBe(200);
    const started = await call('POST', `${path}/execute`, {});
    const run = await waitForEnd(started.body.runId);
    expect([run.status, (run as { error?: unknown }).error]).toEqual(['completed', null]);
    await call('GET', `/api/v1/runs/${started.body.runId}/events`);
    for (const id of Object.values(ids)) await call('DELETE', `${CONNECTIONS}/${id}`);
    await call('POST', `/api/v1/runs/${started.body.runId}/replay`);
    await call('GET', '/api/v1/runs');
    await call('GET', '/api/v1/dead-letters');
    await call('GET', '/api/v1/messages');
    await call('GET', '/api/v1/audit?limit=100');
    await call('GET', '/api/v1/node-types');
    await call('GET', '/metrics');
    await call('GET', '/api/v1/openapi.json');
  });

  test('reached the services: each secret was really sent', () => {
    const seen = echo.seen.map(said).join('\n');
    const expected = [CANARIES.header, CANARIES.bearer, CANARIES.customOne, CANARIES.customTwo];
    // Header values travel in Latin-1, as Node reads them.
    for (const secret of expected) expect(seen).toContain(JSON.stringify(secret).slice(1, -1));
    expect(seen).toContain(JSON.stringify(`key=${CANARIES.query}`).slice(1, -1));
    expect(seen).toContain(Buffer.from(`${CANARIES.user}:${CANARIES.password}`).toString('base64'));
    expect(echo.seen.some(({ headers }) => headers['webhook-signature'] !== undefined)).toBe(true);
  });
});

describe('and none of it comes out', () => {
  test('of the API, its streams, its errors and its metrics', () => {
    expect(outputs.length).toBeGreaterThan(100);
    expect(
      outputs.flatMap(({ where, text }) => findCanaries(text, CANARIES).map((found) => ({ where, ...found }))),
    ).toEqual([]);
  });

  test('in the log, at its finest level', () => {
    expect(logged.length).toBeGreaterThan(10);
    expect(logged.flatMap((line) => findCanaries(line, CANARIES))).toEqual([]);
  });

  test('at a service that is not meant to get it', () => {
    expect(elsewhere.seen.length).toBeGreaterThan(0);
    expect(elsewhere.seen.flatMap((request) => findCanaries(said(request), CANARIES))).toEqual([]);
  });

  test('in any column of any table of the database', async () => {
    const { rows: tables } = await db.owner.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    expect(tables.length).toBeGreaterThan(20);
    let rows = 0;
    for (const { name } of tables) {
      // As the engine, which sees the rows of all; what it may not read, the owner may.
      const read = (pool: typeof db.owner) => pool.query<{ row: string }>(`select t::text as row from ${name} t`);
      const found = await read(db.engine).catch(() => read(db.owner));
      rows += found.rows.length;
      expect(found.rows.flatMap(({ row }) => findCanaries(row, CANARIES).map((each) => ({ name, ...each })))).toEqual(
        [],
      );
    }
    expect(rows).toBeGreaterThan(100);
  });
});
