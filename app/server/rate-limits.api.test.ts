import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, startTestApi, type TestApi } from './testing/start-test-api.ts';

const LIMITS = { perAddress: 12, perApiKey: 5, perIntake: 7, perHook: 4, wrongKeys: 20 };

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ rateLimits: LIMITS });
});
afterAll(() => api.stop());

async function statuses(times: number, ask: () => Promise<Answer>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push((await ask()).status);
  return all;
}

test('an API key has its share, and the address of all keys has its own', async () => {
  expect(await statuses(6, () => api.one.get('/api/v1/node-types'))).toEqual([200, 200, 200, 200, 200, 429]);
  const refused = await api.one.get('/api/v1/node-types');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.body).toEqual({
    error: {
      code: 'too_many_requests',
      message: 'More than 5 requests in 10 s came from here. Wait as Retry-After says.',
    },
  });

  expect(await statuses(5, () => api.two.get('/api/v1/node-types'))).toEqual([200, 200, 200, 200, 200]);
  const beyond = await api.send('GET', '/api/v1/workflows');
  expect(beyond).toMatchObject({ status: 429, body: { error: { code: 'too_many_requests' } } });
});

test('a webhook has its own share, whatever comes from the same address', async () => {
  const post = (token: string) => api.send('POST', `/hooks/${token}`, { body: {} });
  expect(await statuses(5, () => post('a'.repeat(43)))).toEqual([404, 404, 404, 404, 429]);
  expect((await post('b'.repeat(43))).status).toBe(404);
});

test('events that come in are counted apart', async () => {
  const post = () => api.one.post('/api/v1/events', { type: 'client.created', data: {} });
  expect(await statuses(8, post)).toEqual([202, 202, 202, 202, 202, 202, 202, 429]);
});
