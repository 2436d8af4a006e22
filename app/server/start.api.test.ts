/** The server as a process: what it prints, how it ends, and why it does not start. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../platform/db/testing/create-test-database.ts';
import { makeTemporaryFolder } from '../platform/db/testing/temporary-folder.ts';
import { databaseUrl } from './testing/database-url.ts';
import { type SpawnedServer, spawnServer } from './testing/spawn-server.ts';

let db: TestDatabase;
let folder: string;
const started: SpawnedServer[] = [];
beforeAll(async () => {
  db = await createTestDatabase();
  folder = await makeTemporaryFolder();
});
afterAll(async () => {
  await Promise.all(started.map((server) => server.process.exitCode ?? server.kill()));
  await db.drop();
});

async function start(env: Record<string, string>): Promise<SpawnedServer> {
  const server = await spawnServer(env);
  started.push(server);
  return server;
}

/** Of the test's own PostgreSQL: starts faster than an embedded one. */
function environment(): Record<string, string> {
  return {
    PORT: '0',
    MAINSPRING_DATA: folder,
    DATABASE_URL: databaseUrl(db.connection),
    MAINSPRING_API_KEY: 'key-of-the-start-test',
  };
}

const call = (server: SpawnedServer, path: string, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, {
    ...init,
    headers: { authorization: 'Bearer key-of-the-start-test', 'content-type': 'application/json' },
  });

describe('a server over a data folder', () => {
  test('starts, answers, ends in order, and starts again with all that it knew', async () => {
    const env = {
      PORT: '0',
      MAINSPRING_DATA: await makeTemporaryFolder(),
      MAINSPRING_API_KEY: 'key-of-the-start-test',
    };
    const first = await start(env);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    const definition = { format: 'mainspring/workflow@1', name: 'Kept', nodes: [] };
    const created = await call(first, '/api/v1/workflows', { method: 'POST', body: JSON.stringify({ definition }) });
    expect(created.status).toBe(201);

    await expect(spawnServer(env)).rejects.toThrow(/ended with 1: .*data folder .* is in use by another .*\n$/);
    expect(await first.stop()).toBe(0);

    const again = await start(env);
    const { items } = (await (await call(again, '/api/v1/workflows')).json()) as { items: { name: string }[] };
    expect(items.map((item) => item.name)).toEqual(['Kept']);
    expect(await again.stop()).toBe(0);
  });
});

describe('a server on its own PostgreSQL', () => {
  test('a server and a worker share the work', async () => {
    const api = await start({ ...environment(), MAINSPRING_ROLES: 'api' });
    const definition = {
      format: 'mainspring/workflow@1',
      name: 'Split',
      triggers: [{ id: 'hook', type: 'webhook', respond: { type: 'result', timeout: 'PT30S' } }],
      nodes: [{ id: 'done', type: 'flow.stop', input: { output: 'by the worker' } }],
      edges: [{ from: 'hook', to: 'done' }],
    };
    const created = await call(api, '/api/v1/workflows', { method: 'POST', body: JSON.stringify({ definition }) });
    const { id, triggers } = (await created.json()) as { id: string; triggers: { url: string }[] };
    expect((await call(api, `/api/v1/workflows/${id}/publish`, { method: 'POST' })).status).toBe(200);
    // The address names the port that was free, which nobody could know before.
    const url = triggers[0]?.url ?? '';
    expect(url.startsWith(`${api.url}/hooks/`)).toBe(true);
    const answer = fetch(url, { method: 'POST', body: 'x' });
    const worker = await start({ ...environment(), MAINSPRING_ROLES: 'worker' });
    expect(await (await answer).json()).toBe('by the worker');
    expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${worker.url}/api/v1/workflows`)).status).toBe(404);
    expect([await worker.stop(), await api.stop()]).toEqual([0, 0]);
  });

  test('another master key is refused, since it would open nothing', async () => {
    await (await start(environment())).stop();
    const env = { ...environment(), MAINSPRING_SECRET_KEY: Buffer.alloc(32, 9).toString('base64') };
    await expect(spawnServer(env)).rejects.toThrow(/ended with 1: .*master key is not the one.*\n$/);
  });

  test('a port in use is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(spawnServer({ ...environment(), PORT: String(port) })).rejects.toThrow(
      new RegExp(`ended with 1: Mainspring could not start\\. The port ${port} .* PORT .*\\n$`),
    );
    other.close();
  });
});

describe('asked to stop', () => {
  const workflow = (wait: string) => ({
    definition: {
      format: 'mainspring/workflow@1',
      name: 'Slow',
      triggers: [{ id: 'hook', type: 'webhook', respond: 'result' }],
      nodes: [
        { id: 'wait', type: 'flow.delay', input: { for: wait } },
        { id: 'done', type: 'flow.stop', input: { output: 'done' } },
      ],
      edges: [
        { from: 'hook', to: 'wait' },
        { from: 'wait', to: 'done' },
      ],
    },
  });

  /** A request under way, whose answer is the result of its run. */
  async function post(server: SpawnedServer, wait: string) {
    const created = await call(server, '/api/v1/workflows', { method: 'POST', body: JSON.stringify(workflow(wait)) });
    const { id, triggers } = (await created.json()) as { id: string; triggers: { url: string }[] };
    await call(server, `/api/v1/workflows/${id}/publish`, { method: 'POST' });
    const answer = fetch(triggers[0]?.url ?? '', { method: 'POST', body: 'x' }).then(
      (response) => response.json(),
      () => 'cut off',
    );
    let runId: string | undefined;
    while (runId === undefined) {
      const list = await call(server, `/api/v1/runs?workflowId=${id}&status=waiting`);
      runId = ((await list.json()) as { items: { id: string }[] }).items[0]?.id;
    }
    return { answer, runId };
  }

  test('it answers what is under way, ends streams, and then ends', async () => {
    const server = await start(environment());
    const { answer, runId } = await post(server, 'PT1S');
    const stream = await call(server, `/api/v1/runs/${runId}/events`);
    const ended = once(server.process, 'exit');
    server.process.kill('SIGTERM');
    expect(await stream.text()).toContain('event: step');
    expect(await answer).toBe('done');
    expect(await ended).toEqual([0, null]);
  });

  test('the echo of a key press, which npm and the terminal both pass on, is no second one', async () => {
    const server = await start(environment());
    const { answer } = await post(server, 'PT1S');
    const ended = once(server.process, 'exit');
    server.process.kill('SIGINT');
    server.process.kill('SIGINT');
    expect(await answer).toBe('done');
    expect(await ended).toEqual([0, null]);
  });

  test('once more it ends at once', async () => {
    const server = await start(environment());
    const { answer } = await post(server, 'P1D');
    const ended = once(server.process, 'exit');
    const pressing = setInterval(() => server.process.kill('SIGINT'), 50);
    expect(await ended).toEqual([130, null]);
    clearInterval(pressing);
    expect(await answer).toBe('cut off');
  });
});

// Every variable has its line in config.test.ts; here is how one reaches the operator.
describe('a wrong environment variable stops the start with one line that names it', () => {
  test.each<[string, string, RegExp]>([
    ['PORT', 'http', /PORT must be a port from 0 .* to 65535/],
    ['HOST', '203.0.113.7', /HOST must be an address of this machine/],
    ['DATABASE_URL', 'postgres://u:p@127.0.0.1:1/x', /DATABASE_URL: the database cannot be reached/],
    ['MAINSPRING_PROT', '1', /MAINSPRING_PROT is not a variable/],
  ])('%s=%s', async (name, value, message) => {
    const failed = await spawnServer({ ...environment(), [name]: value }).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    const [, line = failed, rest] = /^the server ended with 1: (.*)\n([\s\S]*)$/.exec(failed) ?? [];
    expect(line).toMatch(message);
    expect(rest).toBe('');
  });
});
