/** The whole server, killed while posts come in: what was answered with 202 is never lost and never doubled. */
import { afterAll, describe, expect, it } from 'vitest';
import { makeTemporaryFolder } from '../platform/db/testing/temporary-folder.ts';
import { type SpawnedServer, spawnServer } from './testing/spawn-server.ts';

const API_KEY = 'key-of-the-kill-test';
const POSTS = 1_000;
const KILL_AFTER = 300;

const definition = {
  format: 'mainspring/workflow@1',
  name: 'Greet',
  triggers: [{ id: 'hook', type: 'webhook' }],
  nodes: [
    { id: 'hot', type: 'flow.if', input: { condition: 'event.data.body.n % 2 == 0' } },
    { id: 'pause', type: 'flow.delay', input: { for: 'PT1S' } },
    {
      id: 'mail',
      type: 'email.send',
      input: { to: 'lead@example.com', subject: 'Lead {{ event.data.body.n }}', body: 'Hi' },
    },
  ],
  edges: [
    { from: 'hook', to: 'hot' },
    { from: 'hot', port: 'true', to: 'pause' },
    { from: 'pause', to: 'mail' },
    { from: 'hot', port: 'false', to: 'mail' },
  ],
};

let server: SpawnedServer | undefined;
afterAll(() => server?.kill());

// biome-ignore lint/suspicious/noExplicitAny: answers are read as the test expects them; a wrong one fails it
async function call(path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const response = await fetch(`${server?.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

type RunItem = { readonly id: string; readonly status: string };

async function listAllRuns(): Promise<readonly RunItem[]> {
  const runs: RunItem[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await call(`/runs?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
    runs.push(...body.items);
    cursor = body.nextCursor;
  }
  return runs;
}

describe('a server killed by SIGKILL while a thousand posts come in', () => {
  it('has exactly one run for each post it accepted, and completes each after the next start', async () => {
    const env = {
      MAINSPRING_DATA: await makeTemporaryFolder(),
      MAINSPRING_API_KEY: API_KEY,
      MAINSPRING_LEASE_MS: '2000',
      PORT: '0',
    };
    server = await spawnServer(env);
    const created = await call('/workflows', { definition });
    expect(created.status).toBe(201);
    expect((await call(`/workflows/${created.body.id}/publish`, {})).status).toBe(200);
    const hook = new URL(created.body.triggers[0].url).pathname;

    const accepted = new Map<string, number>();
    let sent = 0;
    const post = async (n: number) => {
      const response = await fetch(`${server?.url}${hook}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ n }),
      });
      if (response.status !== 202) return;
      const { runIds } = (await response.json()) as { runIds: string[] };
      for (const id of runIds) accepted.set(id, n);
    };
    const posting = Array.from({ length: 20 }, async () => {
      while (sent < POSTS) {
        sent += 1;
        if (sent === KILL_AFTER) void server?.kill();
        await post(sent).catch(() => {});
      }
    });
    await Promise.all(posting);
    expect(accepted.size).toBeGreaterThan(0);
    expect(accepted.size).toBeLessThan(POSTS);

    server = await spawnServer(env);
    let runs = await listAllRuns();
    while (runs.some((run) => run.status !== 'completed')) {
      expect(runs.filter((run) => run.status === 'failed' || run.status === 'parked')).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      runs = await listAllRuns();
    }
    const ids = runs.map((run) => run.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...accepted.keys()].filter((id) => !ids.includes(id))).toEqual([]);
    const { body: mails } = await call('/messages?limit=100');
    expect(mails.items.length).toBeGreaterThan(0);
    expect(await server.stop()).toBe(0);
  }, 120_000);
});
