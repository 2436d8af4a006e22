/** The master key changes while steps use connections and people change them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnections } from '../features/connections/server/open-connection.ts';
import { keyIdOf } from '../platform/secrets/cipher.ts';
import { storeFirstKeys } from '../platform/secrets/key-facts.ts';
import { createLocalMasterKeys } from '../platform/secrets/master-keys.ts';
import { createServerActions } from './create-server-actions.ts';
import { activeKeyId, rotateMasterKey } from './rotate-master-key.ts';
import { type StubService, startStubService } from './testing/start-stub-service.ts';
import { startTestApi, type TestApi } from './testing/start-test-api.ts';
import { waitForRun } from './testing/wait-for-run.ts';

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(32, 2);
const [firstId, secondId] = [keyIdOf(first), keyIdOf(second)];
const CONNECTIONS = 40;

let api: TestApi;
let service: StubService;
const tokens = new Map<string, string>();
let workflowId: string;

beforeAll(async () => {
  service = await startStubService();
  api = await startTestApi({
    allowPrivateHosts: [service.host],
    // A server that started with the first key, and finds the second where a rotation put it.
    masterKeys: createLocalMasterKeys([first], async () => [second, first]),
    actions: (db, log, outside) => [
      ...createServerActions({}, { db, log, outside, sandbox: undefined as never }).values(),
    ],
  });
  await storeFirstKeys(api.db.engine, createLocalMasterKeys([first]));
  for (let n = 0; n < CONNECTIONS; n++) await create(`token-${n}`);
  const nodes = [...tokens.keys()].slice(0, 5).map((connection, n) => ({
    id: `call${n}`,
    type: 'http.request',
    input: { url: `${service.url}/${connection}`, connection },
    retry: { attempts: 1 },
  }));
  const edges = nodes.map(({ id }) => ({ from: 'start', to: id }));
  const triggers = [{ id: 'start', type: 'manual' }];
  const definition = { format: 'mainspring/workflow@1', name: 'Calls', triggers, nodes, edges };
  workflowId = (await api.one.post('/api/v1/workflows', { definition })).body.id;
  expect(await api.one.post(`/api/v1/workflows/${workflowId}/publish`)).toMatchObject({ status: 200 });
}, 60_000);
afterAll(async () => {
  await api.stop();
  await service.close();
});

async function create(token: string): Promise<void> {
  const given = { kind: 'bearer', name: `For ${token}`, hosts: [service.host], secret: { token } };
  const { status, body } = await api.one.post('/api/v1/connections', given);
  expect({ status, body }).toMatchObject({ status: 201 });
  tokens.set(body.id, token);
}

const keysInUse = async () =>
  (await api.db.engine.query('select key_id, count(*)::int as n from connections group by 1 order by 1')).rows;

describe('a rotation under load', () => {
  test('fails no step and loses no change, though it is cut off in the middle', async () => {
    expect(await keysInUse()).toEqual([{ key_id: firstId, n: CONNECTIONS }]);
    const both = createLocalMasterKeys([second, first]);
    const halt = new AbortController();
    const load = [useThem(halt.signal), useThem(halt.signal), changeThem(halt.signal)];

    const cut = rotateMasterKey(api.db, both, {
      batch: 3,
      onProgress: (done) => {
        if (done >= 12) throw new Error('killed');
      },
    });
    await expect(cut).rejects.toThrow('killed');
    expect(await activeKeyId(api.db.engine)).toBe(secondId);
    expect((await keysInUse()).map(({ key_id }) => key_id).sort()).toEqual([firstId, secondId].sort());

    const resumed = await rotateMasterKey(api.db, both, { batch: 3 });
    expect(resumed).toMatchObject({ from: null, to: secondId, broken: [] });
    halt.abort();
    const runs = await Promise.all(load);
    expect(runs[0]).toBeGreaterThan(0);
    expect(runs[2]).toBeGreaterThan(0);

    expect(await keysInUse()).toEqual([{ key_id: secondId, n: tokens.size }]);
    for (const { url, headers } of service.seen) {
      const connection = tokens.get(url.slice(1)) ?? '';
      expect(headers.authorization).toMatch(new RegExp(`^Bearer ${connection.replace(/-v\d+$/, '')}(-v\\d+)?$`));
    }
  }, 60_000);

  test('leaves nothing that needs the former key, and nothing that it opens', async () => {
    const under = (key: Buffer) => createConnections({ db: api.db, masterKeys: createLocalMasterKeys([key]) });
    for (const [id, token] of tokens) {
      const open = await under(second).open(api.one.organizationId, id);
      expect(open.kind === 'http' && open.credentials.headers()).toEqual({ authorization: `Bearer ${token}` });
      await expect(under(first).open(api.one.organizationId, id)).rejects.toMatchObject({ code: 'connection_locked' });
    }
  });

  test('stands in the audit log', async () => {
    const { items } = (await api.one.get('/api/v1/audit?action=connection_keys.rewrapped&limit=100')).body;
    expect(items.length).toBeGreaterThan(4);
    expect(items[0]).toMatchObject({ actor: { kind: 'system' }, after: { keyId: secondId } });
  });

  test('again does nothing', async () => {
    const again = await rotateMasterKey(api.db, createLocalMasterKeys([second]));
    expect(again).toEqual({ from: null, to: secondId, rewrapped: 0, broken: [] });
  });

  test('names what it cannot open, and leaves it for later', async () => {
    const third = Buffer.alloc(32, 3);
    const [id] = [...tokens.keys()];
    const { rows } = await api.db.engine.query('select data_key from connections where id = $1', [id]);
    await api.db.engine.query("update connections set data_key = 'x' where id = $1", [id]);
    const keys = createLocalMasterKeys([third, second]);
    const rotation = await rotateMasterKey(api.db, keys, { batch: 7 });
    expect(rotation).toMatchObject({ from: secondId, rewrapped: tokens.size - 1, broken: [{ id }] });
    await api.db.engine.query('update connections set data_key = $2 where id = $1', [id, rows[0].data_key]);
    expect(await rotateMasterKey(api.db, keys)).toMatchObject({ rewrapped: 1, broken: [] });
  });
});

/** Runs the workflow again and again; each must complete at its first attempt. Answers how often. */
async function useThem(signal: AbortSignal): Promise<number> {
  let runs = 0;
  do {
    const { body } = await api.one.post(`/api/v1/workflows/${workflowId}/execute`);
    await waitForRun(api.one, body.runId, 'completed');
    runs += 1;
  } while (!signal.aborted);
  return runs;
}

/** Makes connections and replaces secrets. Answers how often. */
async function changeThem(signal: AbortSignal): Promise<number> {
  let changes = 0;
  const ids = [...tokens.keys()];
  do {
    changes += 1;
    await create(`more-${changes}`);
    const id = ids[changes % ids.length] ?? '';
    const token = `${tokens.get(id)?.replace(/-v\d+$/, '')}-v${changes}`;
    const { status } = await api.one.patch(`/api/v1/connections/${id}`, { secret: { token } });
    expect(status).toBe(200);
    tokens.set(id, token);
  } while (!signal.aborted);
  return changes;
}
