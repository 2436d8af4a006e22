import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTemporaryFolder } from '../platform/db/testing/temporary-folder.ts';
import { type SpawnedServer, spawnServer } from './testing/spawn-server.ts';

const API_KEY = 'key-of-the-metrics-test';
let server: SpawnedServer;
beforeAll(async () => {
  server = await spawnServer({
    MAINSPRING_DATA: await makeTemporaryFolder(),
    MAINSPRING_API_KEY: API_KEY,
    PORT: '0',
  });
});
afterAll(() => server.kill());

async function post(path: string, body: unknown) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json() as Promise<{ id: string; triggers: { url: string }[] }>;
}

const metrics = async () => (await fetch(`${server.url}/metrics`)).text();

it('the numbers of a finished run are counted once each', async () => {
  const definition = {
    format: 'mainspring/workflow@1',
    name: 'Counted',
    triggers: [{ id: 'hook', type: 'webhook', respond: 'result' }],
    nodes: [{ id: 'twice', type: 'data.map', input: { value: { $: 'event.data.body.n * 2' } } }],
    edges: [{ from: 'hook', to: 'twice' }],
  };
  const created = await post('/api/v1/workflows', { definition });
  await post(`/api/v1/workflows/${created.id}/publish`, {});
  await post(new URL(created.triggers[0]?.url ?? '').pathname, { n: 1 });
  const text = await metrics();
  for (const line of [
    'mainspring_runs_accepted_total 1',
    'mainspring_runs_finished_total{status="completed"} 1',
    'mainspring_steps_total{status="completed"} 1',
    'mainspring_claim_lag_seconds_count 1',
    'mainspring_intake_batch_size_count 1',
  ]) {
    expect(text).toContain(line);
  }
});
