/** What is broken or hostile is refused by name, stores nothing, and never makes the server fail. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, startTestApi, type TestApi } from './testing/start-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const BODY_ROUTES = [
  '/api/v1/workflows',
  '/api/v1/workflows/validate',
  '/api/v1/workflows/01a1fbcd-379c-772e-bc1f-2225f813f602/execute',
  '/api/v1/workflows/01a1fbcd-379c-772e-bc1f-2225f813f602/simulate',
  '/api/v1/workflows/01a1fbcd-379c-772e-bc1f-2225f813f602/triggers/a/rotate-secret',
  '/api/v1/events',
  '/api/v1/runs/01a1fbcd-379c-772e-bc1f-2225f813f602/cancel',
  '/api/v1/runs/01a1fbcd-379c-772e-bc1f-2225f813f602/resume',
];

const MB = 1_000_000;
const BODIES: readonly (readonly [string, string | Buffer, number])[] = [
  ['malformed JSON', '{"definition":', 400],
  ['JSON with more behind it', '{} {}', 400],
  ['a body of 5 MB', `{"definition":"${'x'.repeat(5 * MB)}"}`, 413],
  ['JSON 10,000 deep', `{"definition":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400],
  ['a million empty lists', `{"data":[${'[],'.repeat(300_000)}[]]}`, 400],
  ['a __proto__ key', '{"__proto__":{"admin":true}}', 400],
  ['a __proto__ key inside', '{"definition":{"settings":{"__proto__":{}}},"type":"a.b","data":{"__proto__":1}}', 400],
  ['a constructor with a prototype', '{"data":{"constructor":{"prototype":{}}}}', 400],
  ['a key that stands twice', '{"type":"a.b","type":"c.d","data":1}', 400],
  ['a NUL character', '{"type":"a.b","data":"\\u0000"}', 400],
  ['a NUL character in a key', '{"type":"a.b","data":{"\\u0000":1}}', 400],
  ['half of a surrogate pair', '{"type":"a.b","data":"\\ud83d"}', 400],
  ['half of a surrogate pair in a key', '{"type":"a.b","data":{"\\udc00":1}}', 400],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['a number past the exact range', '{"type":"a.b","data":9007199254740993}', 400],
  ['a number past all range', '{"type":"a.b","data":1e999}', 400],
  ['an unknown key', '{"surprise":1}', 400],
  ['a list', '[]', 400],
  ['text', '"text"', 400],
];

describe.each(BODIES)('%s', (_, raw, status) => {
  test.each(BODY_ROUTES)('is refused by POST %s', async (url) => {
    const before = await stored();
    const answer = await api.one.post(url, undefined, { raw });
    // A definition may also be unusable as such.
    expect([status, 422]).toContain(answer.status);
    expectExplained(answer);
    expect(await stored()).toEqual(before);
  });
});

describe('other content types', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    '%s is refused where JSON is due',
    async (type) => {
      const headers = { 'content-type': type };
      const answer = await api.one.post('/api/v1/events', undefined, { raw: '{"type":"a.b","data":1}', headers });
      expect(answer.status).toBe(415);
      expectExplained(answer);
    },
  );
});

describe('odd addresses', () => {
  test.each([
    '/api/v1/runs/%00',
    '/api/v1/runs/a%00b',
    '/api/v1/runs/%ED%A0%80',
    '/api/v1/runs/%E0%A4%A',
    '/api/v1/runs/%',
    `/api/v1/runs/${'a'.repeat(5000)}`,
    '/api/v1/runs/..%2f..%2fetc%2fpasswd',
    '/api/v1/runs/__proto__',
    '/api/v1/runs/constructor/events',
    '/api/v1/workflows/__proto__/versions/__proto__',
    '/api/v1/messages/null',
    '/api/v1/nowhere',
    '//api/v1/runs',
    '/api/v1/runs?cursor=%00',
    '/api/v1/runs?clientId=%00',
    '/api/v1/runs?workflowId[]=x',
    '/api/v1/runs?__proto__=x',
    '/api/v1/runs?limit=NaN',
    '/api/v1/runs?limit=1e1000',
    '/api/v1/runs?limit=-1',
    '/api/v1/messages?to=%00',
    '/api/v1/messages?status=sent',
    '/api/v1/workflows?limit=10&limit=20',
  ])('GET %s is refused', async (url) => {
    const answer = await api.one.get(url);
    expect([400, 404, 414]).toContain(answer.status);
    expectExplained(answer);
  });

  test.each(['/api/v1/runs?clientId=%ED%A0%80', '/api/v1/messages?to=%F0%9F%98%80', '/api/v1/runs?clientId=%E2%80%AE'])(
    'GET %s finds nothing',
    async (url) => {
      expect(await api.one.get(url)).toMatchObject({ status: 200, body: { items: [] } });
    },
  );

  test.each(['PUT', 'DELETE', 'PATCH'] as const)('%s on a list is refused', async (method) => {
    expectExplained(await api.send(method, '/api/v1/runs', { headers: { authorization: `Bearer ${api.one.apiKey}` } }));
  });
});

describe('over a real socket', () => {
  const key = () => `Authorization: Bearer ${api.one.apiKey}\r\n`;

  async function talk(...chunks: readonly (string | Buffer)[]): Promise<string> {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    // The server may close while we still send: that is its right.
    socket.on('error', () => {});
    await once(socket, 'connect');
    for (const chunk of chunks) socket.write(chunk);
    await once(socket, 'close');
    return heard;
  }

  const request = (lines: string, body = '') =>
    `${lines}Host: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

  test.each<[string, () => (string | Buffer)[], RegExp]>([
    ['no HTTP at all', () => ['\x16\x03\x01\r\n\r\n'], /^HTTP\/1\.1 400 /],
    [
      'a NUL byte in a header',
      () => [request(`GET /api/v1/runs HTTP/1.1\r\n${key()}X-A: a\0b\r\n`)],
      /^HTTP\/1\.1 400 /,
    ],
    ['a NUL byte in the path', () => [request(`GET /api/v1/runs\0 HTTP/1.1\r\n${key()}`)], /^HTTP\/1\.1 400 /],
    [
      'bytes of no encoding in a key',
      () => [Buffer.from(request('GET /api/v1/runs HTTP/1.1\r\nAuthorization: Bearer \xff\xfe\r\n'), 'latin1')],
      /^HTTP\/1\.1 401 /,
    ],
    [
      'bytes of no encoding in Idempotency-Key',
      () => [
        Buffer.from(
          request(
            `POST /api/v1/events HTTP/1.1\r\n${key()}Idempotency-Key: \xff\r\nContent-Type: application/json\r\n`,
            '{"type":"a.b","data":1}',
          ),
          'latin1',
        ),
      ],
      /^HTTP\/1\.1 400 /,
    ],
    [
      'headers of 20 KB',
      () => [request(`GET /api/v1/runs HTTP/1.1\r\n${key()}X-Long: ${'x'.repeat(20_000)}\r\n`)],
      /^HTTP\/1\.1 431 /,
    ],
    [
      'two lengths',
      () => [`POST /api/v1/events HTTP/1.1\r\nHost: x\r\n${key()}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a length and chunks',
      () => [
        `POST /api/v1/events HTTP/1.1\r\nHost: x\r\n${key()}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a length of 5 MB, told before it is sent',
      () => [
        `POST /api/v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${key()}Content-Type: application/json\r\nContent-Length: 5000000\r\n\r\n`,
      ],
      /^HTTP\/1\.1 413 /,
    ],
  ])('%s', async (_, chunks, answer) => {
    const heard = await talk(...chunks());
    expect(heard).toMatch(answer);
    expect(heard).not.toMatch(/node_modules|\.ts:\d/);
    expect((await api.one.get('/api/v1/runs')).status).toBe(200);
  });
});

test('prototypes are as they were', () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

function expectExplained({ status, body }: Answer): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body.error).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\.$/) });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:\d|\n {4}at /);
}

async function stored() {
  const { rows } = await api.db.owner.query(
    `select (select count(*) from workflows) as workflows, (select count(*) from events) as events,
            (select count(*) from runs) as runs, (select count(*) from idempotency_keys) as keys`,
  );
  return rows[0];
}
