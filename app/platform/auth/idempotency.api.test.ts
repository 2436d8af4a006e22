import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sent, startTestApi, type TestApi } from '../../server/testing/start-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const URL = '/api/v1/workflows';
const definition = {
  format: 'mainspring/workflow@1',
  name: 'Once',
  triggers: [{ id: 'hook', type: 'webhook', verify: 'hmac' }],
  nodes: [],
};
const keyed = (key: string): Sent => ({ headers: { 'idempotency-key': key } });
const create = (key: string, name = 'Once') => api.one.post(URL, { definition: { ...definition, name } }, keyed(key));

async function countOf(name: string): Promise<number> {
  const { rows } = await api.db.engine.query('select count(*) as count from workflows where name = $1', [name]);
  return rows[0]?.count;
}

describe('the same key and the same request', () => {
  test('are carried out once; the repeat gets the first answer', async () => {
    const first = await create('a', 'First answer');
    const again = await create('a', 'First answer');
    expect(first).toMatchObject({ status: 201, headers: {} });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'content-type': first.headers['content-type'],
    });
    expect(await countOf('First answer')).toBe(1);
  });

  test('at the same time: one is carried out, the others wait or get its answer', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create('b', 'At once')));
    expect(await countOf('At once')).toBe(1);
    for (const { status, body, headers } of answers) {
      if (status === 201) continue;
      expect([status, body.error.code]).toEqual([409, 'idempotency_key_in_progress']);
      expect(headers['retry-after']).toBe('1');
    }
  });

  test('of two organizations have nothing to do with each other', async () => {
    const { body } = await create('c', 'Mine');
    const other = await api.two.post(URL, { definition: { ...definition, name: 'Mine' } }, keyed('c'));
    expect(other.status).toBe(201);
    expect(other.body.id).not.toBe(body.id);
  });
});

test('the same key with another body or path is refused', async () => {
  const { body } = await create('d', 'Reused');
  const refused = { status: 422, body: { error: { code: 'idempotency_key_reused' } } };
  expect(await create('d', 'Another')).toMatchObject(refused);
  expect(await api.one.post(`${URL}/${body.id}/publish`, undefined, keyed('d'))).toMatchObject(refused);
});

test('what was refused did nothing, so its key may be used again', async () => {
  const refused = await api.one.post(URL, { definition: { ...definition, nodes: 'none' } }, keyed('e'));
  expect(refused.status).toBe(422);
  expect((await create('e', 'Second try')).status).toBe(201);
});

test('a server that died in between holds the key for a minute', async () => {
  const insert = `insert into idempotency_keys (org_id, key_hash, request_hash, created_at)
    values ($1, sha256($2::bytea), sha256('x'::bytea), now() - $3::interval)`;
  for (const [key, age] of [
    ['f-fresh', '50 seconds'],
    ['f-old', '70 seconds'],
  ]) {
    await api.db.engine.query(insert, [api.one.organizationId, key, age]);
  }
  expect((await create('f-fresh')).status).toBe(422);
  expect((await create('f-old')).status).toBe(201);
});

test('a key is free again after a day', async () => {
  await create('g', 'Yesterday');
  await api.db.engine.query("update idempotency_keys set created_at = now() - interval '25 hours'");
  expect((await create('g', 'Today')).status).toBe(201);
});

test('kept answers do not show the secret they hold', async () => {
  const { body } = await create('h');
  const { rows } = await api.db.engine.query('select response::text as text from idempotency_keys');
  expect(rows.map(({ text }) => text).join()).not.toContain(body.triggers[0].secret);
});

test.each(['', 'x'.repeat(256), 'ü'])('the key %j is refused', async (key) => {
  const answer = await create(key);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_idempotency_key' } } });
});

test('reading needs no key and takes no notice of one', async () => {
  expect((await api.one.get(URL, keyed('i'))).status).toBe(200);
  expect((await create('i')).status).toBe(201);
});
