import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sent, startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { waitForRun } from '../../../server/testing/wait-for-run.ts';

let api: TestApi;
let nowMs: number | undefined;
beforeAll(async () => {
  api = await startTestApi({ now: () => nowMs ?? Date.now() });
});
afterAll(() => api.stop());

type Hook = { readonly workflow: string; readonly path: string; readonly secret: string };

/** A published workflow whose output is the event's data. */
async function publishHook(trigger: object = {}, output: object = { $: 'event.data' }): Promise<Hook> {
  const definition = {
    format: 'mainspring/workflow@1',
    name: 'Hook',
    triggers: [{ id: 'hook', type: 'webhook', ...trigger }],
    nodes: [{ id: 'done', type: 'flow.stop', input: { output } }],
    edges: [{ from: 'hook', to: 'done' }],
  };
  const { body } = await api.one.post('/api/v1/workflows', { definition });
  const workflow = `/api/v1/workflows/${body.id}`;
  expect(await api.one.post(`${workflow}/publish`)).toMatchObject({ status: 200 });
  const [{ url, secret }] = body.triggers;
  return { workflow, path: new URL(url).pathname, secret };
}

async function dataOf(answer: { body: { runIds: string[] } }) {
  const [runId = ''] = answer.body.runIds;
  return (await waitForRun(api.one, runId, 'completed')).output;
}

const json = (body: unknown, headers: Sent['headers'] = {}): Sent => ({ raw: JSON.stringify(body), headers });

describe('accepting', () => {
  test('answers 202 with the event and its run', async () => {
    const { path } = await publishHook();
    const answer = await api.send('POST', path, json({ a: 1 }));
    expect(answer).toMatchObject({
      status: 202,
      body: { eventId: expect.any(String), runIds: [expect.any(String)], duplicate: false },
    });
    const run = await waitForRun(api.one, answer.body.runIds[0], 'completed');
    expect(run.event).toMatchObject({ type: 'webhook.received', data: { body: { a: 1 }, method: 'POST', query: {} } });
  });

  test.each<[string, string, string | undefined, unknown]>([
    ['JSON', 'application/json; charset=utf-8', '{"a":[1,null]}', { a: [1, null] }],
    ['JSON of another name', 'application/cloudevents+json', '{"a":1}', { a: 1 }],
    ['numbers past the exact range', 'application/json', '{"id":12345678901234567890}', { id: '12345678901234567890' }],
    ['a form', 'application/x-www-form-urlencoded', 'a=1&b=x+y&b=z%21', { a: '1', b: ['x y', 'z!'] }],
    ['text', 'text/plain', 'Grüße {{ no.template }}', 'Grüße {{ no.template }}'],
    ['XML, as it came', 'application/xml', '<a/>', '<a/>'],
    ['JSON under another type, as it came', 'text/plain', '{"a":1}', '{"a":1}'],
    ['nothing', 'application/json', '', null],
  ])('reads %s', async (_, type, raw, body) => {
    const { path } = await publishHook();
    const answer = await api.send('POST', path, { raw: raw ?? '', headers: { 'content-type': type } });
    expect(answer).toMatchObject({ status: 202 });
    expect(await dataOf(answer)).toMatchObject({ body });
  });

  test('shows query and headers, but none that prove who sends', async () => {
    const { path } = await publishHook();
    const headers = { 'x-custom': 'yes', authorization: 'Bearer abc', cookie: 'a=b', 'x-api-key': 'k' };
    const data = await dataOf(await api.send('POST', `${path}?a=1&b=2&b=3&c=%C3%BC`, json({}, headers)));
    expect(data.query).toEqual({ a: '1', b: ['2', '3'], c: 'ü' });
    expect(data.headers).toMatchObject({ 'x-custom': 'yes', 'content-type': 'application/json' });
    expect(Object.keys(data.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(authorization|cookie|x-api-key)$/)]),
    );
  });

  test('GET works as well', async () => {
    const { path } = await publishHook();
    const answer = await api.send('GET', `${path}?a=1`);
    expect(answer.status).toBe(202);
    expect(await dataOf(answer)).toMatchObject({ body: null, method: 'GET', query: { a: '1' } });
  });

  test('templates and expressions in what came stay what they are', async () => {
    const { path } = await publishHook({ respond: 'result' }, { $: 'event.data.body' });
    const body = { $: 'org.name', text: '{{ org.name }}' };
    expect((await api.send('POST', path, json(body))).body).toEqual(body);
  });

  test('a filter may say no: the event is kept, nothing runs', async () => {
    const { path } = await publishHook({ where: 'event.data.body.ok' });
    expect((await api.send('POST', path, json({ ok: false }))).body).toMatchObject({ runIds: [], duplicate: false });
  });
});

describe('repeats', () => {
  test.each<[string, object, Sent, Sent]>([
    [
      'by the expression of the trigger',
      { dedupe: 'event.data.body.id' },
      json({ id: 'a', n: 1 }),
      json({ id: 'a', n: 2 }),
    ],
    ['by Idempotency-Key', {}, json({ n: 1 }, { 'idempotency-key': 'k' }), json({ n: 1 }, { 'idempotency-key': 'k' })],
  ])('are recognised %s', async (_, trigger, first, second) => {
    const { path } = await publishHook(trigger);
    const [one, two] = [await api.send('POST', path, first), await api.send('POST', path, second)];
    expect(one.body.duplicate).toBe(false);
    expect(two).toMatchObject({ status: 202, body: { ...one.body, duplicate: true } });
  });

  test('in parallel start one run', async () => {
    const { path } = await publishHook({ dedupe: 'event.data.body.id' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.send('POST', path, json({ id: 'same' }))));
    expect(new Set(answers.flatMap((answer) => answer.body.runIds)).size).toBe(1);
    expect(answers.filter((answer) => !answer.body.duplicate)).toHaveLength(1);
  });

  test('of another trigger with the same key are no repeats', async () => {
    const trigger = { dedupe: 'event.data.body.id' };
    const [a, b] = [await publishHook(trigger), await publishHook(trigger)];
    await api.send('POST', a.path, json({ id: 'shared' }));
    expect((await api.send('POST', b.path, json({ id: 'shared' }))).body.duplicate).toBe(false);
  });

  test('a key that cannot be worked out refuses the request, null means none', async () => {
    const strict = await publishHook({ dedupe: 'event.data.body.id' });
    const refused = await api.send('POST', strict.path, json({}));
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'dedupe_failed' } } });
    expect(refused.body.error.message).toContain('event.data.body.id');
    const lenient = await publishHook({ dedupe: 'has(event.data.body.id) ? event.data.body.id : null' });
    const twice = [await api.send('POST', lenient.path, json({})), await api.send('POST', lenient.path, json({}))];
    expect(twice.map((answer) => answer.body.duplicate)).toEqual([false, false]);
  });
});

describe('proof of the sender', () => {
  const body = '{"a":1}';
  const hmac = (secret: string, content = body) => createHmac('sha256', secret).update(content).digest('hex');
  const standard = (secret: string, at = new Date()) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  });
  const basic = (secret: string) => `Basic ${Buffer.from(`mainspring:${secret}`).toString('base64')}`;

  test.each<[string, (secret: string) => Sent['headers']]>([
    ['hmac', (secret) => ({ 'x-signature': hmac(secret) })],
    ['standard-webhooks', (secret) => standard(secret)],
    ['basic', (secret) => ({ authorization: basic(secret) })],
    ['bearer', (secret) => ({ authorization: `Bearer ${secret}` })],
  ])('%s lets in who knows the secret, and nobody else', async (verify, prove) => {
    const { path, secret } = await publishHook({ verify });
    const right = prove(secret);
    expect((await api.send('POST', path, { raw: body, ...(right && { headers: right }) })).status).toBe(202);
    const wrong = prove(`whsec_${Buffer.alloc(32).toString('base64')}`);
    for (const headers of [wrong, {}]) {
      const refused = await api.send('POST', path, { raw: body, ...(headers && { headers }) });
      expect(refused).toMatchObject({ status: 401, body: { error: { code: 'webhook_refused' } } });
      expect(JSON.stringify(refused.body)).not.toContain(secret);
    }
  });

  test('comes before the body is read', async () => {
    const { path } = await publishHook({ verify: 'hmac' });
    expect((await api.send('POST', path, { raw: '{broken' })).status).toBe(401);
  });

  test('the id of Standard Webhooks recognises repeats', async () => {
    const { path, secret } = await publishHook({ verify: 'standard-webhooks' });
    const send = () => api.send('POST', path, { raw: body, headers: standard(secret) });
    expect([(await send()).body.duplicate, (await send()).body.duplicate]).toEqual([false, true]);
  });

  test('while a secret is changed both are good, for a day', async () => {
    const { workflow, path, secret } = await publishHook({ verify: 'hmac' });
    const rotated = await api.one.post(`${workflow}/triggers/hook/rotate-secret`);
    const statuses = async () => {
      const headers = [secret, rotated.body.secret].map((key) => ({ 'x-signature': hmac(key) }));
      return Promise.all(
        headers.map(async (each) => (await api.send('POST', path, { raw: body, headers: each })).status),
      );
    };
    expect(await statuses()).toEqual([202, 202]);
    nowMs = Date.parse(rotated.body.previousValidUntil) + 1;
    expect(await statuses()).toEqual([401, 202]);
    nowMs = undefined;
  });

  test('a stricter version counts from the moment it is published', async () => {
    const { workflow, path } = await publishHook();
    expect((await api.send('POST', path, { raw: body })).status).toBe(202);
    const { draft } = (await api.one.get(workflow)).body;
    const triggers = [{ id: 'hook', type: 'webhook', verify: 'bearer' }];
    await api.one.patch(workflow, { definition: { ...draft, triggers } });
    expect((await api.send('POST', path, { raw: body })).status).toBe(202);
    await api.one.post(`${workflow}/publish`);
    expect((await api.send('POST', path, { raw: body })).status).toBe(401);
  });
});

describe('the result as the answer', () => {
  test('is the output of the run', async () => {
    const { path } = await publishHook({ respond: 'result' }, { twice: { $: 'event.data.body.n * 2' } });
    const answer = await api.send('POST', path, json({ n: 21 }));
    expect(answer).toMatchObject({ status: 200, body: { twice: 42 } });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test.each([
    [null, 'null'],
    ['text', '"text"'],
    [0, '0'],
    [false, 'false'],
  ])('%j is JSON as well', async (n, text) => {
    const { path } = await publishHook({ respond: 'result' }, { $: 'event.data.body.n' });
    const answer = await api.server.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ n }),
    });
    expect([answer.statusCode, answer.payload]).toEqual([200, text]);
  });

  test('a failed run answers 422 with the reason', async () => {
    const { path } = await publishHook({ respond: 'result' }, { $: 'event.data.body.missing' });
    const answer = await api.send('POST', path, json({}));
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'run_failed' } } });
    expect(answer.body.error.message).toContain('missing');
  });

  test('a run that takes longer answers 202 as usual', async () => {
    const definition = {
      format: 'mainspring/workflow@1',
      name: 'Slow',
      triggers: [{ id: 'hook', type: 'webhook', respond: { type: 'result', timeout: 'PT0.1S' } }],
      nodes: [{ id: 'wait', type: 'flow.delay', input: { for: 'P1D' } }],
      edges: [{ from: 'hook', to: 'wait' }],
    };
    const { body } = await api.one.post('/api/v1/workflows', { definition });
    await api.one.post(`/api/v1/workflows/${body.id}/publish`);
    const answer = await api.send('POST', new URL(body.triggers[0].url).pathname, json({}));
    expect(answer).toMatchObject({ status: 202, body: { runIds: [expect.any(String)] } });
  });
});

describe('refusing', () => {
  test.each([
    '/hooks/x',
    `/hooks/${'a'.repeat(43)}`,
    `/hooks/${'a'.repeat(400)}`,
    '/hooks/%ff',
    '/hooks/..%2f',
    '/hooks/',
  ])('%s is no hook', async (path) => {
    expect([400, 404]).toContain((await api.send('POST', path, json({}))).status);
  });

  test('a workflow that was never published, is paused or removed is off', async () => {
    const off = { status: 410, body: { error: { code: 'webhook_off' } } };
    const { workflow, path } = await publishHook();
    await api.one.patch(workflow, { status: 'paused' });
    expect(await api.send('POST', path, json({}))).toMatchObject(off);
    await api.one.patch(workflow, { status: 'active' });
    expect(await api.send('POST', path, json({}))).toMatchObject({ status: 202 });
    await api.one.delete(workflow);
    expect(await api.send('POST', path, json({}))).toMatchObject(off);

    const { draft } = (await api.one.get((await publishHook()).workflow)).body;
    const { body } = await api.one.post('/api/v1/workflows', { definition: draft });
    expect(await api.send('POST', new URL(body.triggers[0].url).pathname, json({}))).toMatchObject(off);
  });

  test.each<[string, Sent, number]>([
    ['malformed JSON', { raw: '{"a":' }, 400],
    ['JSON 10,000 deep', { raw: '['.repeat(10_000) + ']'.repeat(10_000) }, 400],
    ['a __proto__ key', { raw: '{"__proto__":{"a":1}}' }, 400],
    ['a key twice', { raw: '{"a":1,"a":2}' }, 400],
    ['a NUL character in JSON', { raw: '{"a":"\\u0000"}' }, 400],
    ['half a surrogate pair in JSON', { raw: '{"a":"\\ud800"}' }, 400],
    ['invalid UTF-8 as JSON', { raw: Buffer.from([0x22, 0xff, 0x22]) }, 400],
    ['invalid UTF-8 as text', { raw: Buffer.from([0xff]), headers: { 'content-type': 'text/plain' } }, 400],
    ['a NUL character in text', { raw: 'a\0b', headers: { 'content-type': 'text/plain' } }, 400],
    [
      'a NUL character in a form',
      { raw: 'a=%00', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      400,
    ],
    [
      '__proto__ in a form',
      { raw: '__proto__=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      400,
    ],
    ['a body of 5 MB', { raw: JSON.stringify('x'.repeat(5_000_000)) }, 413],
    ['a compressed body', { raw: '{}', headers: { 'content-encoding': 'gzip' } }, 415],
  ])('%s', async (_, sent, status) => {
    const { path } = await publishHook();
    const answer = await api.send('POST', path, sent);
    expect(answer).toMatchObject({
      status,
      body: { error: { code: expect.any(String), message: expect.any(String) } },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/ at .*\.ts:|node_modules/);
  });

  test.each(['?a=%00', '?__proto__=1'])('the query %s', async (query) => {
    const { path } = await publishHook();
    expect((await api.send('POST', `${path}${query}`, json({}))).status).toBe(400);
  });
});

test('over a real socket, a sender that leaves after the body is heard all the same', async () => {
  const { path, workflow } = await publishHook();
  const left = new AbortController();
  const sent = fetch(`${api.url}${path}`, { method: 'POST', body: 'x', signal: left.signal }).catch(() => {});
  await sent;
  left.abort();
  const { body } = await api.one.get(`/api/v1/runs?workflowId=${workflow.split('/').at(-1)}`);
  expect(body.items).toHaveLength(1);
});
