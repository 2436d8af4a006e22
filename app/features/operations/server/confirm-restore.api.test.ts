import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { operationPaths } from '../paths.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (const { organizationId } of [api.one, api.two]) {
    await api.db.owner.query('insert into sending_holds (org_id, backup_at) values ($1, now())', [organizationId]);
  }
});
afterAll(() => api.stop());

test('an organization confirms for itself alone, once, and it stands in the audit log', async () => {
  expect(await api.send('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ok', sending: 'held' } });
  const first = await api.one.post(operationPaths.confirmRestore());
  expect(first).toMatchObject({ status: 200, body: { confirmed: true } });
  const again = await api.one.post(operationPaths.confirmRestore());
  expect(again).toMatchObject({ status: 200, body: { confirmed: false } });
  const { body } = await api.one.get('/api/v1/audit?action=restore.confirmed');
  expect(body.items).toMatchObject([{ object: { type: 'organization', id: api.one.organizationId } }]);
  // The other one has not confirmed.
  expect((await api.send('GET', '/readyz')).body).toEqual({ status: 'ok', sending: 'held' });
  await api.two.post(operationPaths.confirmRestore(), {});
  expect((await api.send('GET', '/readyz')).body).toEqual({ status: 'ok' });
});
