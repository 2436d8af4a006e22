import type { ServerResponse } from 'node:http';
import { type ActionContext, actionFacts } from '@mainspring/sdk/action.ts';
import type { ActionError } from '@mainspring/sdk/failure.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { actionContext, type Seen, serve } from '../testing/serve.ts';
import { storedConnections } from '../testing/stored-connections.ts';
import { createHttpRequest } from './http-request.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function open(answer: (response: ServerResponse, seen: Seen) => void) {
  const service = await serve(answer);
  cleanups.push(service.close);
  const action = createHttpRequest({
    egress: service.egress,
    connections: storedConnections([`127.0.0.1:${service.port}`]),
  });
  const run = async (input: object = {}, context: Partial<ActionContext> = {}) =>
    action.output.parse(await action.run(action.input.parse({ url: service.url, ...input }), actionContext(context)));
  const fail = (input: object = {}, context: Partial<ActionContext> = {}): Promise<ActionError> =>
    run(input, context).then(
      () => {
        throw new Error('did not fail');
      },
      (error) => error,
    );
  return { ...service, action, run, fail };
}

describe('http.request', () => {
  it('sends what it was given, with the key of its step', async () => {
    const { run, seen, url } = await open((response) => response.writeHead(204).end());
    const output = await run({
      method: 'PATCH',
      url: `${url}/leads?a=1`,
      headers: { 'X-Count': 3, Authorization: 'Bearer t' },
      query: { tag: ['new', 'v&p'], page: 2, none: null, flag: true },
      body: { name: 'Jürgen', list: [1, null] },
    });
    expect(output).toMatchObject({ status: 204, body: '' });
    expect(seen[0]).toMatchObject({
      method: 'PATCH',
      url: '/leads?a=1&tag=new&tag=v%26p&page=2&flag=true',
      body: '{"name":"Jürgen","list":[1,null]}',
      headers: {
        'x-count': '3',
        authorization: 'Bearer t',
        'content-type': 'application/json',
        'idempotency-key': 'org/run/call/0',
      },
    });
  });

  it.each([
    ['text', { body: 'hello' }, 'hello', 'text/plain; charset=utf-8'],
    ['text of a given type', { body: '<a/>', headers: { 'Content-Type': 'text/xml' } }, '<a/>', 'text/xml'],
    ['null', { body: null }, 'null', 'application/json'],
    [
      'a form',
      { body: { a: 'x y', b: [1, 2], c: null }, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      'a=x+y&b=1&b=2',
      'application/x-www-form-urlencoded',
    ],
    ['nothing', {}, '', undefined],
  ])('sends %s', async (_, input, body, type) => {
    const { run, seen } = await open((response) => response.end());
    await run({ method: 'POST', ...input });
    expect([seen[0]?.body, seen[0]?.headers['content-type']]).toEqual([body, type]);
  });

  it.each([
    ['JSON', 'application/json', '{"a":[1]}', { a: [1] }],
    ['JSON with parameters', 'application/json; charset=utf-8', '[1]', [1]],
    ['JSON of a kind', 'application/problem+json', '{"a":1}', { a: 1 }],
    ['empty JSON', 'application/json', '', null],
    ['large numbers as text', 'application/json', '{"id":12345678901234567890}', { id: '12345678901234567890' }],
    ['broken JSON as text', 'application/json', '{"a":', '{"a":'],
    ['JSON with a prototype as text', 'application/json', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['text', 'text/plain', '{"a":1}', '{"a":1}'],
    ['text without a type', undefined, 'hello', 'hello'],
    ['text in Latin-1', 'text/plain; charset=iso-8859-1', Buffer.from([0xfc]), 'ü'],
    ['text in an unknown set', 'text/plain; charset=nonsense', 'x', 'x'],
    ['bytes that no text may hold', 'text/plain', Buffer.from([0x61, 0, 0xff]), 'a\ufffd\ufffd'],
  ])('reads %s', async (_, type, body, expected) => {
    const { run } = await open((response) => {
      if (type) response.setHeader('content-type', type);
      response.end(body);
    });
    expect((await run()).body).toEqual(expected);
  });

  it.each([
    [400, 'terminal', 'http_status'],
    [401, 'terminal', 'http_status'],
    [404, 'terminal', 'http_status'],
    [422, 'terminal', 'http_status'],
    [425, 'retry', 'http_status'],
    [429, 'retry', 'rate_limited'],
    [408, 'unknown', 'http_status'],
    [500, 'unknown', 'http_status'],
    [503, 'unknown', 'http_status'],
  ])('takes the status %i as an error: %s', async (status, kind, code) => {
    const { fail, url } = await open((response) => response.writeHead(status).end('{"why":"not\u0000 so"}'));
    const error = await fail({ method: 'POST' });
    expect(error).toMatchObject({ kind, code, details: { status, body: '{"why":"not\ufffd so"}' } });
    expect(error.message).toContain(`POST ${new URL(url).host} answered ${status}`);
  });

  it.each([
    [429, '7', 7000],
    [503, 'Sat, 21 Nov 2026 12:01:00 GMT', 60_000],
    [503, 'nonsense', undefined],
    [429, undefined, undefined],
  ])('passes on how long to wait: %i, %j', async (status, header, expected) => {
    const { fail } = await open((response) => {
      if (header) response.setHeader('retry-after', header);
      response.setHeader('date', 'Sat, 21 Nov 2026 12:00:00 GMT');
      response.writeHead(status).end();
    });
    expect((await fail()).retryAfterMs).toBe(expected);
  });

  it('keeps but the beginning of a long error', async () => {
    const { fail } = await open((response) => response.writeHead(400).end('ü'.repeat(100_000)));
    expect((await fail()).details).toMatchObject({ body: 'ü'.repeat(2000) });
  });

  it('says that nothing was sent where nothing was', async () => {
    const { fail, stop } = await open(() => {});
    await stop();
    const details = { mayHaveBeenSent: false };
    expect(await fail()).toMatchObject({ kind: 'retry', code: 'egress_connect', details });
  });

  it('does not know the outcome where the answer broke off', async () => {
    const { fail } = await open((response) => response.destroy());
    expect(await fail()).toMatchObject({
      kind: 'unknown',
      code: 'egress_connection_lost',
      details: { mayHaveBeenSent: true },
    });
  });

  it('ends with its step', async () => {
    const controller = new AbortController();
    const { fail } = await open(() => controller.abort());
    expect(await fail({}, { signal: controller.signal })).toMatchObject({ kind: 'unknown', code: 'egress_aborted' });
  });

  it.each([
    ['a private address', { url: 'http://169.254.169.254/latest' }, 'egress_refused'],
    ['a URL that is none', { url: 'not a url', query: { a: 1 } }, 'egress_invalid_request'],
    ['a header with a line break', { headers: { 'X-A': 'b\r\nc: d' } }, 'egress_invalid_request'],
    ['no such connection', { connection: 'other' }, 'connection_not_found'],
    ['a connection of another kind', { connection: 'mail' }, 'connection_unfit'],
    ['a connection that is for other hosts', { url: 'http://127.0.0.1:1/', connection: 'crm' }, 'egress_refused'],
    [
      'a form of objects',
      { body: { a: {} }, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      'invalid_input',
    ],
  ])('fails for good with %s', async (_, input, code) => {
    const { fail, seen } = await open((response) => response.end());
    expect(await fail({ method: 'POST', ...input })).toMatchObject({ kind: 'terminal', code });
    expect(seen).toEqual([]);
  });

  it('adds what a connection holds, and gives none of it back', async () => {
    const { run, seen, action } = await open((response, { headers }) => response.end(JSON.stringify(headers)));
    const output = await run({ connection: 'crm', headers: { 'X-Api-Key': 'of the step' } });
    expect(seen[0]?.headers['x-api-key']).toBe('canary-secret');
    expect(JSON.stringify(output)).not.toContain('canary-secret');
    const { detail } = action.dryRun({ method: 'GET', url: 'https://a.example/', connection: 'crm' });
    expect(detail).toMatchObject({ connection: 'crm' });
    expect(JSON.stringify(detail)).not.toContain('canary-secret');
  });

  it('takes the name of a connection as it is written, so that data cannot choose one', async () => {
    const { action } = await open(() => {});
    const { inputSchema } = actionFacts(action);
    expect(inputSchema).toMatchObject({ properties: { connection: { literal: true, format: 'connection' } } });
  });

  it('refuses unknown keys and methods', async () => {
    const { action } = await open(() => {});
    expect(action.input.safeParse({ url: 'https://a.example', verb: 'GET' }).success).toBe(false);
    expect(action.input.safeParse({ url: 'https://a.example', method: 'TRACE' }).success).toBe(false);
    expect(action.input.safeParse({}).success).toBe(false);
  });

  it('tells what it would do, without secrets', async () => {
    const { action } = await open(() => {});
    const input = { url: 'https://a.example/x', query: { a: 1 }, headers: { Authorization: 'Bearer canary' } };
    const { summary, detail, output } = action.dryRun(action.input.parse(input));
    expect(summary).toBe('Would call GET https://a.example/x?a=1');
    expect(JSON.stringify(detail)).not.toContain('canary');
    expect(action.output.parse(output)).toEqual({ status: 200, headers: {}, body: null });
  });
});
