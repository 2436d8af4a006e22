import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { waitForRun } from '../../../server/testing/wait-for-run.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const definition = {
    format: 'mainspring/workflow@1',
    name: 'Listen',
    triggers: [{ id: 'told', type: 'event', event: 'client.*', where: 'event.data.ok' }],
    nodes: [{ id: 'done', type: 'flow.stop', input: { output: { $: 'event.type' } } }],
    edges: [{ from: 'told', to: 'done' }],
  };
  const { body } = await api.one.post('/api/v1/workflows', { definition });
  await api.one.post(`/api/v1/workflows/${body.id}/publish`);
});
afterAll(() => api.stop());

const EVENTS = '/api/v1/events';

test('an event starts the workflows that listen to it', async () => {
  const event = { type: 'client.created', data: { ok: true }, clientId: 'c1', time: '2026-01-02T03:04:05+01:00' };
  const { status, body } = await api.one.post(EVENTS, event);
  expect(status).toBe(202);
  expect(body).toEqual({ eventId: expect.any(String), runIds: [expect.any(String)], duplicate: false });
  expect(await waitForRun(api.one, body.runIds[0], 'completed')).toMatchObject({
    event: { type: 'client.created', data: { ok: true }, time: '2026-01-02T02:04:05.000Z' },
    clientId: 'c1',
    output: 'client.created',
    triggerId: 'told',
  });
});

test.each([
  ['nobody listens', { type: 'lead.created', data: {} }],
  ['the filter says no', { type: 'client.created', data: { ok: false } }],
  ['the filter cannot be worked out', { type: 'client.created', data: null }],
])('it is kept where %s', async (_, event) => {
  const { status, body } = await api.one.post(EVENTS, event);
  expect([status, body.runIds]).toEqual([202, []]);
});

test('another organization does not hear of it', async () => {
  const { status, body } = await api.two.post(EVENTS, { type: 'client.created', data: { ok: true } });
  expect([status, body.runIds], JSON.stringify(body)).toEqual([202, []]);
});

describe('repeats', () => {
  const event = { type: 'client.created', data: { ok: true } };

  test.each([
    ['by its own key', { ...event, key: 'ü-1' }, {}],
    ['by Idempotency-Key', event, { 'idempotency-key': 'k-1' }],
  ])('are recognised %s', async (_, body, headers) => {
    const post = () => api.one.post(EVENTS, body, { headers });
    const answers = await Promise.all([post(), post(), post()]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body.runIds))).size).toBe(1);
    expect(answers.filter((answer) => !answer.body.duplicate)).toHaveLength(1);
  });

  test('of another organization are none', async () => {
    const keyed = { ...event, key: 'shared' };
    expect((await api.one.post(EVENTS, keyed)).body.duplicate).toBe(false);
    expect((await api.two.post(EVENTS, keyed)).body.duplicate).toBe(false);
  });
});

test.each([
  ['no body', undefined],
  ['no type', { data: {} }],
  ['no data', { type: 'a.b' }],
  ['a type with spaces', { type: 'client created', data: {} }],
  ['a pattern as type', { type: 'client.*', data: {} }],
  ['an empty type', { type: '', data: {} }],
  ['a long type', { type: 'a'.repeat(101), data: {} }],
  ['a time without a zone', { type: 'a.b', data: {}, time: '2026-01-02T03:04:05' }],
  ['a time that never was', { type: 'a.b', data: {}, time: '2026-02-30T00:00:00Z' }],
  ['a time of another form', { type: 'a.b', data: {}, time: 'yesterday' }],
  ['an unknown key', { type: 'a.b', data: {}, organizationId: 'x' }],
  ['an empty key', { type: 'a.b', data: {}, key: '' }],
  ['a long client id', { type: 'a.b', data: {}, clientId: 'x'.repeat(201) }],
  ['a client id that is no text', { type: 'a.b', data: {}, clientId: 5 }],
])('%s is refused', async (_, body) => {
  const answer = await api.one.post(EVENTS, body);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
});
