import { defineExternal } from '@mainspring/sdk/action.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';

let api: TestApi;
let calls = 0;
const send = defineExternal({
  type: 'sms.send',
  title: 'Send',
  category: 'test',
  summary: 'Sends',
  input: z.strictObject({ to: z.string() }),
  output: z.strictObject({ id: z.string() }),
  run: async () => {
    calls += 1;
    return { id: 'real' };
  },
  dryRun: ({ to }) => ({ output: { id: 'dry' }, summary: `would text ${to}` }),
});
beforeAll(async () => {
  api = await startTestApi({ actions: [send] });
});
afterAll(() => api.stop());

const definition = {
  format: 'mainspring/workflow@1',
  name: 'Months',
  triggers: [{ id: 'start', type: 'manual' }],
  nodes: [
    { id: 'wait', type: 'flow.delay', input: { for: 'P2M' } },
    { id: 'text', type: 'sms.send', input: { to: { $: 'client.phone' } } },
  ],
  edges: [
    { from: 'start', to: 'wait' },
    { from: 'wait', to: 'text' },
  ],
};

async function create(document: object = definition): Promise<string> {
  const { body } = await api.one.post('/api/v1/workflows', { definition: document });
  return `/api/v1/workflows/${body.id}/simulate`;
}

test('shows what would happen to each client, months in one answer', async () => {
  const url = await create();
  const clients = [
    { id: 'a', phone: '+1' },
    { id: 'b', phone: '+2' },
  ];
  const { status, body } = await api.one.post(url, { clients, from: '2026-01-31T09:00:00Z' });
  expect(status).toBe(200);
  const sent = body.timeline.filter((entry: { kind: string }) => entry.kind === 'message');
  expect(sent).toEqual(
    clients.map(({ id, phone }) => ({
      at: '2026-03-31T09:00:00.000Z',
      kind: 'message',
      nodeId: 'text',
      clientId: id,
      detail: expect.objectContaining({ summary: `would text ${phone}`, output: { id: 'dry' } }),
    })),
  );
  expect(body.ends).toMatchObject([
    { clientId: 'a', status: 'completed' },
    { clientId: 'b', status: 'completed' },
  ]);
});

test('touches nothing: no call, no event, no run', async () => {
  await api.one.post(await create(), { clients: [{ id: 'a', phone: '+1' }] });
  expect(calls).toBe(0);
  const { rows } = await api.db.engine.query(
    'select (select count(*) from runs) + (select count(*) from run_history) + (select count(*) from events) as all',
  );
  expect(rows).toEqual([{ all: 0 }]);
});

test('answers may be given, and the time cut', async () => {
  const url = await create();
  const answers = { text: [{ error: { code: 'refused', message: 'no' } }] };
  const failed = await api.one.post(url, { clients: [{ id: 'a', phone: '+1' }], answers });
  expect(failed.body.ends).toMatchObject([{ status: 'failed', error: { code: 'refused' } }]);
  const times = { from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' };
  expect((await api.one.post(url, times)).body.ends).toMatchObject([{ status: 'waiting' }]);
});

test('a draft that could not be published cannot be played either', async () => {
  const url = await create({ ...definition, nodes: [{ id: 'wait', type: 'no.such' }] });
  expect(await api.one.post(url, {})).toMatchObject({ status: 422, body: { error: { code: 'invalid_definition' } } });
});

test.each([
  { when: 'now' },
  { from: 'yesterday' },
  { clients: 'all' },
  { event: { kind: 'x' } },
  { answers: { text: { outcome: 1 } } },
  { from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' },
])('%j is refused', async (body) => {
  expect((await api.one.post(await create(), body)).status).toBe(400);
});
