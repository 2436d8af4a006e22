import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../platform/ids/id.ts';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';

let api: TestApi;
const runId = newId();
const ids = [newId(), newId(), newId()];
beforeAll(async () => {
  api = await startTestApi();
  const rows = [
    { id: ids[0], channel: 'email', to: ['jane@example.com'], run_id: runId },
    { id: ids[1], channel: 'email', to: ['joe@example.com', 'jane@example.com'], run_id: null },
    { id: ids[2], channel: 'sms', to: ['+44'], run_id: null },
  ];
  for (const { id, channel, to, run_id } of rows) {
    await api.db.engine.query(
      `insert into messages (org_id, id, channel, to_addresses, subject, body_text, status, run_id, idempotency_key)
       values ($1, $2, $3, $4, 'Hi', 'Text', 'outbox', $5, $6)`,
      [api.one.organizationId, id, channel, to, run_id, id],
    );
  }
});
afterAll(() => api.stop());

const list = async (query = '') => {
  const { body } = await api.one.get(`/api/v1/messages${query}`);
  return { ids: body.items.map((item: { id: string }) => item.id), nextCursor: body.nextCursor };
};

test('a message tells what the contract says', async () => {
  expect(await api.one.get(`/api/v1/messages/${ids[0]}`)).toMatchObject({
    status: 200,
    body: {
      id: ids[0],
      channel: 'email',
      to: ['jane@example.com'],
      cc: [],
      bcc: [],
      replyTo: null,
      subject: 'Hi',
      text: 'Text',
      html: null,
      status: 'outbox',
      error: null,
      runId,
      createdAt: expect.stringMatching(/Z$/),
      sentAt: null,
    },
  });
});

test.each([
  ['', [2, 1, 0]],
  ['?channel=email', [1, 0]],
  ['?to=jane@example.com', [1, 0]],
  ['?to=jane@example.com&channel=sms', []],
  [`?runId=${runId}`, [0]],
  ['?runId=x', []],
])('the list %s, newest first', async (query, places) => {
  expect(await list(query)).toEqual({ ids: places.map((place) => ids[place]), nextCursor: null });
});

test('pages name each message once', async () => {
  const first = await list('?limit=2');
  expect(first.ids).toEqual([ids[2], ids[1]]);
  expect(await list(`?limit=2&cursor=${first.nextCursor}`)).toEqual({ ids: [ids[0]], nextCursor: null });
});

test.each(['?cursor=x', '?limit=0', '?status=sent'])('the list %s is refused', async (query) => {
  expect((await api.one.get(`/api/v1/messages${query}`)).status).toBe(400);
});
