import type { ServerResponse } from 'node:http';
import type { ActionContext } from '@mainspring/sdk/action.ts';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { actionContext, serve } from '../testing/serve.ts';
import { storedConnections } from '../testing/stored-connections.ts';
import { createWebhookSend } from './webhook-send.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function open(answer: (response: ServerResponse) => void = (response) => response.end()) {
  const service = await serve(answer);
  cleanups.push(service.close);
  const action = createWebhookSend({
    egress: service.egress,
    connections: storedConnections([`127.0.0.1:${service.port}`]),
  });
  const run = async (input: object = {}, context: Partial<ActionContext> = {}) =>
    action.run(action.input.parse({ url: service.url, ...input }), actionContext({ now: new Date(), ...context }));
  return { ...service, action, run };
}

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

describe('webhook.send', () => {
  it.each([
    ['a value', { type: 'lead.created', data: { name: 'Jürgen 🦉' } }, 'application/json'],
    ['text', 'plain ü', 'text/plain; charset=utf-8'],
    ['nothing', undefined, 'application/json'],
  ])('signs %s so that a receiver can verify it', async (_, body, type) => {
    const { run, seen } = await open((response) => response.writeHead(202).end());
    expect(await run({ body, secret })).toEqual({ status: 202 });
    const [sent] = seen;
    expect(sent).toMatchObject({ method: 'POST', headers: { 'content-type': type } });
    const verify = () => new Webhook(secret).verify(sent?.body ?? '', sent?.headers as never, { jsonParse: false });
    expect(verify).not.toThrow();
    expect(() => new Webhook(secret).verify(`${sent?.body} `, sent?.headers as never, { jsonParse: false })).toThrow();
  });

  it('signs with a plain secret', async () => {
    const { run, seen } = await open();
    await run({ body: {}, secret: 'schlüssel' });
    const webhook = new Webhook(new Uint8Array(Buffer.from('schlüssel')), { format: 'raw' });
    expect(webhook.verify(seen[0]?.body ?? '', seen[0]?.headers as never)).toEqual({});
  });

  it('sends without a signature where there is no secret', async () => {
    const { run, seen } = await open();
    await run({ body: {} });
    expect(seen[0]?.headers['webhook-signature']).toBeUndefined();
    expect(seen[0]?.headers['webhook-id']).toMatch(/^msg_/);
  });

  it('keeps its id over attempts, and has another for another step', async () => {
    const { run, seen } = await open();
    await run({ secret }, { attempt: 1 });
    await run({ secret }, { attempt: 2 });
    await run({ secret }, { idempotencyKey: 'org/run/other/0' });
    const ids = seen.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
    expect(seen[0]?.headers['idempotency-key']).toBe('org/run/call/0');
  });

  it('writes the time of the attempt', async () => {
    const { run, seen } = await open();
    await run({ secret }, { now: new Date('2026-11-21T12:00:00.900Z') });
    expect(seen[0]?.headers['webhook-timestamp']).toBe('1795262400');
  });

  it.each([
    [302, 'terminal'],
    [410, 'terminal'],
    [429, 'retry'],
    [503, 'unknown'],
  ])('takes the status %i as an error: %s', async (status, kind) => {
    const { run, seen } = await open((response) => response.writeHead(status, { location: '/elsewhere' }).end());
    await expect(run({ secret })).rejects.toMatchObject({ kind, details: { status } });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['a broken secret', { secret: 'whsec_***' }, 'invalid_input'],
    ['an empty secret', { secret: 'whsec_' }, 'invalid_input'],
    ['no such connection', { connection: 'other' }, 'connection_not_found'],
    ['a connection of another kind', { connection: 'mail' }, 'connection_unfit'],
    ['a connection that is for other hosts', { url: 'http://127.0.0.1:1/', connection: 'crm' }, 'egress_refused'],
    ['a private address', { url: 'http://10.0.0.1/' }, 'egress_refused'],
  ])('fails for good with %s', async (_, input, code) => {
    const { run, seen } = await open();
    await expect(run(input)).rejects.toMatchObject({ kind: 'terminal', code });
    expect(seen).toEqual([]);
  });

  it('signs with the secret of a connection', async () => {
    const { run, seen } = await open();
    await run({ body: {}, connection: 'signing' });
    const webhook = new Webhook(new Uint8Array(Buffer.from('canary-secret')), { format: 'raw' });
    expect(webhook.verify(seen[0]?.body ?? '', seen[0]?.headers as never)).toEqual({});
    await expect(run({ connection: 'signing', secret })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('adds what another connection holds', async () => {
    const { run, seen } = await open();
    await run({ body: {}, connection: 'crm', secret });
    expect(seen[0]?.headers).toMatchObject({ 'x-api-key': 'canary-secret', 'webhook-signature': expect.any(String) });
  });

  it('tells what it would do, without the secret', async () => {
    const { action } = await open();
    const dry = action.dryRun(action.input.parse({ url: 'https://a.example/h', body: { a: 1 }, secret: 'canary' }));
    expect(dry.summary).toBe('Would send a webhook to https://a.example/h, signed');
    expect(JSON.stringify(dry)).not.toContain('canary');
  });
});
