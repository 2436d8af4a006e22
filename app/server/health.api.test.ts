import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../platform/db/embedded/start-embedded-postgres.ts';
import { type DatabaseProxy, openProxy } from './testing/open-proxy.ts';
import { startTestApi, type TestApi } from './testing/start-test-api.ts';

let api: TestApi;
let proxy: DatabaseProxy;
beforeAll(async () => {
  const connect = async (direct: Connection) => {
    proxy = await openProxy(direct);
    return proxy.connection;
  };
  api = await startTestApi({ connect });
});
afterAll(async () => {
  await api.stop();
  await proxy.cut();
});

test('it is alive, and ready once it is started', async () => {
  expect(await api.send('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await api.send('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  api.setReady(false);
  expect(await api.send('GET', '/readyz')).toMatchObject({ status: 503 });
  expect(await api.send('GET', '/healthz')).toMatchObject({ status: 200 });
  api.setReady(true);
});

test('metrics are Prometheus text that names no organization', async () => {
  await api.one.get('/api/v1/runs');
  const { body, headers } = await api.send('GET', '/metrics');
  expect(headers['content-type']).toMatch(/^text\/plain; version=/);
  expect(body).toContain('mainspring_http_request_seconds_count{method="GET",route="/api/v1/runs",status="200"} 1');
  expect(body).toMatch(/mainspring_pool_connections\{pool="engine",state="idle"\} \d/);
  expect(body).not.toContain(api.one.organizationId);
});

describe('while the database is away', () => {
  const DEFINITION = { definition: { format: 'mainspring/workflow@1', name: 'x', nodes: [] } };

  test('calls answer 503 with Retry-After, readiness says so, and all comes back by itself', async () => {
    await api.one.get('/api/v1/runs');
    await proxy.cut();
    expect(await api.send('GET', '/readyz')).toMatchObject({ status: 503 });
    expect(await api.send('GET', '/healthz')).toMatchObject({ status: 200 });
    const answers = [
      await api.one.get('/api/v1/runs'),
      await api.one.post('/api/v1/workflows', DEFINITION),
      await api.one.post('/api/v1/events', { type: 'a.b', data: 1 }),
      await api.send('POST', `/hooks/${'a'.repeat(43)}`, { raw: '{}' }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { error: { code: 'database_unavailable' } } });
      expect(answer.headers['retry-after']).toBe('5');
    }
    await proxy.mend();
    expect(await api.send('GET', '/readyz')).toMatchObject({ status: 200 });
    expect(await api.one.post('/api/v1/workflows', DEFINITION)).toMatchObject({ status: 201 });
  });
});
