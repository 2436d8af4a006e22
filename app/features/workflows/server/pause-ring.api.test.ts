import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { pauseRing } from './pause-ring.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

test('a workflow in a ring is turned off once, which the audit log explains', async () => {
  const definition = {
    format: 'mainspring/workflow@1',
    name: 'Ring',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [{ id: 'pause', type: 'flow.delay', input: { for: 'PT1S' } }],
    edges: [{ from: 'start', to: 'pause' }],
  };
  const { body: made } = await api.one.post('/api/v1/workflows', { definition });
  expect(await api.one.post(`/api/v1/workflows/${made.id}/publish`, {})).toMatchObject({ status: 200 });
  expect(await pauseRing(api, api.one.organizationId, made.id)).toBe(true);
  expect(await pauseRing(api, api.one.organizationId, made.id)).toBe(false);
  expect((await api.one.get(`/api/v1/workflows/${made.id}`)).body).toMatchObject({ status: 'paused' });
  const { body } = await api.one.get('/api/v1/audit?action=workflow.paused');
  expect(body.items).toMatchObject([{ object: { id: made.id }, after: { reason: expect.stringContaining('ring') } }]);
});
