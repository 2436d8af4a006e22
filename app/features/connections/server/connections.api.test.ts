import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createServerActions } from '../../../server/create-server-actions.ts';
import { type StubService, startStubService } from '../../../server/testing/start-stub-service.ts';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { waitForRun } from '../../../server/testing/wait-for-run.ts';

const PATH = '/api/v1/connections';
const SECRET = 'canary-9d1c77e0';

let api: TestApi;
let service: StubService;
beforeAll(async () => {
  service = await startStubService(({ url }, response) => response.writeHead(url === '/no' ? 403 : 200).end('{}'));
  api = await startTestApi({
    allowPrivateHosts: [service.host],
    actions: (db, log, outside) => [
      ...createServerActions({}, { db, log, outside, sandbox: undefined as never }).values(),
    ],
  });
});
afterAll(async () => {
  await api.stop();
  await service.close();
});
afterEach(() => service.seen.splice(0));

let count = 0;
const bearer = (more: object = {}) => {
  count += 1;
  return { kind: 'bearer', name: `Connection ${count}`, hosts: [service.host], secret: { token: SECRET }, ...more };
};

async function create(given: object = bearer()) {
  const answer = await api.one.post(PATH, given);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

function calling(connection: unknown, url = service.url) {
  return {
    format: 'mainspring/workflow@1',
    name: 'Caller',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [{ id: 'call', type: 'http.request', input: { url, connection } }],
    edges: [{ from: 'start', to: 'call' }],
  };
}

async function publish(definition: object, caller = api.one) {
  const { body } = await caller.post('/api/v1/workflows', { definition });
  return { workflowId: body.id as string, answer: await caller.post(`/api/v1/workflows/${body.id}/publish`) };
}

async function run(workflowId: string, ...statuses: string[]) {
  const { body } = await api.one.post(`/api/v1/workflows/${workflowId}/execute`);
  return waitForRun(api.one, body.runId, ...statuses);
}

describe('a connection', () => {
  test('is made, read, listed and removed, and its secret is told by none of it', async () => {
    const given = bearer({ hosts: ['API.example.com', '*.Example.org:443', 'api.example.com'] });
    const made = await create(given);
    const view = {
      id: expect.any(String),
      name: given.name,
      kind: 'bearer',
      hosts: ['api.example.com', '*.example.org'],
      version: 1,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    };
    expect(made).toEqual(view);
    expect((await api.one.get(`${PATH}/${made.id}`)).body).toEqual(made);
    const list = (await api.one.get(`${PATH}?limit=1`)).body;
    expect(list.items).toEqual([made]);
    expect(await api.one.delete(`${PATH}/${made.id}`)).toMatchObject({ status: 204 });
    expect((await api.one.get(`${PATH}/${made.id}`)).body.error.code).toBe('connection_not_found');
  });

  test.each<[string, object, (request: StubService['seen'][number] | undefined) => unknown, unknown]>([
    ['api_key', { name: 'X-Key', value: SECRET }, (seen) => seen?.headers['x-key'], SECRET],
    ['api_key', { in: 'query', name: 'api key', value: `${SECRET}&` }, (seen) => seen?.url, `/?api%20key=${SECRET}%26`],
    [
      'basic',
      { username: 'jürgen', password: SECRET },
      (seen) => Buffer.from(seen?.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString(),
      `jürgen:${SECRET}`,
    ],
    ['bearer', { token: SECRET }, (seen) => seen?.headers.authorization, `Bearer ${SECRET}`],
    [
      'custom',
      { headers: { 'X-App': 'app', 'X-Token': SECRET } },
      (seen) => [seen?.headers['x-app'], seen?.headers['x-token']],
      ['app', SECRET],
    ],
  ])('of the kind %s is used by a step that names it (%j)', async (kind, secret, read, expected) => {
    const { id, name } = await create(bearer({ kind, secret }));
    for (const reference of [id, name]) {
      const { workflowId, answer } = await publish(calling(reference));
      expect(answer).toMatchObject({ status: 200 });
      const done = await run(workflowId, 'completed');
      expect(JSON.stringify(done)).not.toContain(SECRET);
      expect(read(service.seen.at(-1))).toEqual(expected);
    }
  });

  test('of the kind webhook signs what webhook.send sends', async () => {
    const { id } = await create(bearer({ kind: 'webhook', secret: { secret: SECRET } }));
    const definition = calling(id);
    const { workflowId } = await publish({
      ...definition,
      nodes: [{ id: 'call', type: 'webhook.send', input: { url: service.url, connection: id, body: { a: 1 } } }],
    });
    await run(workflowId, 'completed');
    expect(service.seen[0]?.headers['webhook-signature']).toMatch(/^v1,/);
    expect(JSON.stringify(service.seen)).not.toContain(SECRET);
  });

  test.each<[string, object, string]>([
    ['no hosts', { hosts: undefined }, '/hosts'],
    ['an empty list of hosts', { hosts: [] }, '/hosts'],
    ['a host that is none', { hosts: ['api.example.com', 'https://x'] }, '/hosts/1'],
    ['all hosts', { hosts: ['*'] }, '/hosts/0'],
    ['a secret of another kind', { secret: { value: SECRET } }, '/secret/token'],
    ['a key in its secret that is not known', { secret: { token: SECRET, [SECRET]: 1 } }, '/secret'],
    ['a token with a line break', { secret: { token: `${SECRET}\r\nX: y` } }, '/secret/token'],
    ['a token that is too long', { secret: { token: SECRET.repeat(2000) } }, '/secret/token'],
    ['a token that is a number', { secret: { token: 5 } }, '/secret/token'],
    ['a header that is reserved', { kind: 'custom', secret: { headers: { Host: SECRET } } }, '/secret/headers'],
    ['a header by no name', { kind: 'custom', secret: { headers: { [`${SECRET} x`]: 'y' } } }, '/secret/headers'],
    [
      'the same header twice',
      { kind: 'custom', secret: { headers: { 'X-A': SECRET, 'x-a': 'z' } } },
      '/secret/headers',
    ],
    [
      'headers that are too long together',
      { kind: 'custom', secret: { headers: { a: SECRET.repeat(500), b: SECRET.repeat(500), c: SECRET.repeat(500) } } },
      '/secret/headers',
    ],
    ['too many headers', { kind: 'custom', secret: { headers: headers(21) } }, '/secret/headers'],
    ['a name that looks like an id', { name: '01a1fbf4-ee5a-776a-9185-2f1cdb9fbbfb' }, '/name'],
    ['a user name with a colon', { kind: 'basic', secret: { username: 'a:b', password: SECRET } }, '/secret/username'],
    ['an unknown kind', { kind: 'oauth' }, '/kind'],
    [
      'a mail server with a query',
      { kind: 'smtp', hosts: undefined, secret: { url: `smtp://u:${SECRET}@x.com/?p` } },
      '/secret/url',
    ],
    ['a mail server with hosts', { kind: 'smtp', secret: { url: `smtp://u:${SECRET}@x.com` } }, '/hosts'],
  ])('with %s is refused, without a word of the secret', async (_, change, path) => {
    const { status, body } = await api.one.post(PATH, bearer(change));
    expect([400, 422]).toContain(status);
    expect(body.error.problems.map((problem: { path: string }) => problem.path)).toContain(path);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  test('has a name of its own', async () => {
    const given = bearer();
    await create(given);
    expect((await api.one.post(PATH, given)).body.error.code).toBe('connection_name_taken');
    expect((await api.two.post(PATH, given)).status).toBe(201);
    const { id } = await create();
    expect((await api.one.patch(`${PATH}/${id}`, { name: given.name })).body.error.code).toBe('connection_name_taken');
    expect((await api.one.patch(`${PATH}/${id}`, { name: 'Its own' })).body.name).toBe('Its own');
  });
});

test('a repeat with its key gets the first answer, and what is kept of it does not let a password be tried out', async () => {
  const given = bearer({ kind: 'basic', secret: { username: 'u', password: '1234' } });
  const headers = { 'idempotency-key': 'create once' };
  const first = await api.one.post(PATH, given, { headers });
  expect((await api.one.post(PATH, given, { headers })).body).toEqual(first.body);
  const other = { ...given, secret: { username: 'u', password: '1235' } };
  expect((await api.one.post(PATH, other, { headers })).body.error.code).toBe('idempotency_key_reused');
  const { rows } = await api.db.engine.query('select request_hash from idempotency_keys where org_id = $1', [
    api.one.organizationId,
  ]);
  const guess = createHash('sha256')
    .update(`POST ${PATH}\n${JSON.stringify(given)}`)
    .digest('hex');
  expect(rows.map(({ request_hash }) => request_hash.toString('hex'))).not.toContain(guess);
  expect(rows.length).toBeGreaterThan(0);
});

describe('changing', () => {
  const keyOf = async (workflowId: string) => {
    await run(workflowId, 'completed');
    return service.seen.at(-1)?.headers.authorization;
  };

  test('a secret counts from the next step on', async () => {
    const { id } = await create();
    const { workflowId } = await publish(calling(id));
    expect(await keyOf(workflowId)).toBe(`Bearer ${SECRET}`);
    const changed = await api.one.patch(`${PATH}/${id}`, { secret: { token: `new-${SECRET}` } });
    expect(changed).toMatchObject({ status: 200, body: { version: 2, hosts: [service.host] } });
    expect(JSON.stringify(changed.body)).not.toContain(SECRET);
    expect(await keyOf(workflowId)).toBe(`Bearer new-${SECRET}`);
  });

  test('hosts needs the secret where hosts are added: it cannot be sent elsewhere by who does not know it', async () => {
    const { id } = await create(bearer({ hosts: ['*.example.com', service.host] }));
    const patch = (body: object) => api.one.patch(`${PATH}/${id}`, body);
    const refused = await patch({ hosts: [service.host, 'evil.example.net'] });
    expect([refused.status, refused.body.error.code]).toEqual([422, 'secret_needed']);
    expect(refused.body.error.message).toContain('evil.example.net');
    expect((await patch({ hosts: ['api.example.com'] })).body).toMatchObject({
      hosts: ['api.example.com'],
      version: 2,
    });
    expect((await patch({ hosts: ['*.example.com'] })).body.error.code).toBe('secret_needed');
    const added = await patch({ hosts: ['evil.example.net'], secret: { token: 'known' } });
    expect(added.body).toMatchObject({ hosts: ['evil.example.net'], version: 3 });
  });

  test('nothing, and what is not known, is refused', async () => {
    const { id } = await create();
    for (const body of [{}, { kind: 'basic' }, { hosts: [] }, { secret: 'x' }, { secret: { value: 'x' } }]) {
      expect([400, 422]).toContain((await api.one.patch(`${PATH}/${id}`, body)).status);
    }
    expect((await api.one.get(`${PATH}/${id}`)).body.version).toBe(1);
  });

  test('a name that published workflows use is refused', async () => {
    const { id, name } = await create();
    await publish(calling(name));
    const refused = await api.one.patch(`${PATH}/${id}`, { name: 'Another' });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'connection_name_in_use']);
  });
});

describe('removing', () => {
  test('is refused while a published workflow uses it, which is named', async () => {
    const { id, name } = await create();
    const byId = await publish(calling(id));
    const byName = await publish(calling(name));
    const refused = await api.one.delete(`${PATH}/${id}`);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'connection_in_use']);
    const messages = refused.body.error.problems.map(({ message }: { message: string }) => message);
    expect(messages).toEqual([expect.stringContaining(byId.workflowId), expect.stringContaining(byName.workflowId)]);
    for (const { workflowId } of [byId, byName]) await api.one.delete(`/api/v1/workflows/${workflowId}`);
    expect((await api.one.delete(`${PATH}/${id}`)).status).toBe(204);
  });

  test.each(['force', 'force=true'])(
    'with ?%s it goes all the same, and steps fail with a clear word',
    async (query) => {
      const { id } = await create();
      const { workflowId } = await publish(calling(id));
      expect((await api.one.delete(`${PATH}/${id}?${query}`)).status).toBe(204);
      const failed = await run(workflowId, 'failed');
      expect(failed.steps[0].error).toMatchObject({ code: 'connection_not_found' });
      expect(service.seen).toEqual([]);
    },
  );
});

describe('publishing', () => {
  test.each<[string, () => Promise<string>]>([
    ['of no such id', async () => '01a1fbf4-ee5a-776a-9185-2f1cdb9fbbfb'],
    ['of no such name', async () => 'nobody'],
    ['of another organization, by id', async () => (await api.two.post(PATH, bearer())).body.id],
    ['of another organization, by name', async () => (await api.two.post(PATH, bearer())).body.name],
  ])('with a connection %s finds that it is missing', async (_, makeReference) => {
    const reference = await makeReference();
    const { answer } = await publish(calling(reference));
    const problem = {
      code: 'missing_connection',
      path: '/nodes/0/input/connection',
      nodeId: 'call',
      message: `Node 'call': input.connection names a connection that is not there: "${reference}".`,
      severity: 'error',
    };
    expect([answer.status, answer.body.error?.problems]).toEqual([422, [problem]]);
    const validated = await api.one.post('/api/v1/workflows/validate', { definition: calling(reference) });
    expect(validated.body).toEqual({ ok: false, problems: [problem] });
  });

  test('with a connection of a kind that the step cannot use says which it can', async () => {
    const { id } = await create(bearer({ kind: 'smtp', hosts: undefined, secret: { url: 'smtp://mail.example.com' } }));
    const { answer } = await publish(calling(id));
    expect(answer.body.error.problems[0]).toMatchObject({
      code: 'missing_connection',
      message: expect.stringContaining('http.request takes api_key, basic, bearer, custom'),
    });
  });

  test('does not let data choose a connection', async () => {
    const { id } = await create();
    const { answer } = await publish(calling({ $: `event.data.connection` }));
    expect(answer.body.error.problems[0]).toMatchObject({ path: '/nodes/0/input/connection' });
    const text = await publish(calling('{{ event.data.connection }}'));
    expect(text.answer.body.error.problems[0].code).toBe('missing_connection');
    expect((await publish(calling(id))).answer.status).toBe(200);
  });

  test('a connection that is removed at the same moment is either missing, or in use', async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = await create();
      const { body } = await api.one.post('/api/v1/workflows', { definition: calling(id) });
      const [published, removed] = await Promise.all([
        api.one.post(`/api/v1/workflows/${body.id}/publish`),
        api.one.delete(`${PATH}/${id}`),
      ]);
      expect([
        [200, 409],
        [422, 204],
      ]).toContainEqual([published.status, removed.status]);
    }
  });
});

describe('a step', () => {
  test('cannot send the secret to a host that is not for it', async () => {
    const other = await startStubService();
    const { id } = await create();
    const { workflowId } = await publish(calling(id, other.url));
    const failed = await run(workflowId, 'failed');
    expect(failed.steps[0].error.code).toBe('egress_refused');
    expect(other.seen).toEqual([]);
    await other.close();
  });
});

describe('a test', () => {
  const tested = async (id: string, body: object) => (await api.one.post(`${PATH}/${id}/test`, body)).body;

  test('tells the status and nothing that was said', async () => {
    const { id } = await create();
    expect(await tested(id, { url: `${service.url}/yes` })).toEqual({ ok: true, status: 200, error: null });
    expect(await tested(id, { url: `${service.url}/no`, method: 'HEAD' })).toEqual({
      ok: false,
      status: 403,
      error: null,
    });
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(`Bearer ${SECRET}`));
  });

  test.each([
    ['a host that is not for it', 'https://other.example.com/'],
    ['a private address', 'http://169.254.169.254/'],
  ])('of %s is refused', async (_, url) => {
    const { id } = await create();
    expect(await tested(id, { url })).toMatchObject({ ok: false, status: null, error: { code: 'egress_refused' } });
    expect(service.seen).toEqual([]);
  });

  test('without an address to call is refused', async () => {
    const { id } = await create();
    expect((await api.one.post(`${PATH}/${id}/test`)).status).toBe(422);
  });
});

describe('the audit log', () => {
  test('tells of each change and of no secret', async () => {
    const { id, name } = await create();
    await api.one.patch(`${PATH}/${id}`, { secret: { token: `other-${SECRET}` } });
    await api.one.delete(`${PATH}/${id}`);
    const { items } = (await api.one.get(`/api/v1/audit?objectId=${id}`)).body;
    const facts = { name, kind: 'bearer', hosts: [service.host] };
    expect(items).toMatchObject([
      { action: 'connection.deleted', before: { ...facts, version: 2 }, after: null },
      { action: 'connection.changed', before: { ...facts, version: 1 }, after: { ...facts, version: 2 } },
      { action: 'connection.created', before: null, after: { ...facts, version: 1 } },
    ]);
  });
});

test('what is sealed cannot be read by who acts for an organization, not even sealed', async () => {
  await create();
  for (const column of ['sealed', 'data_key', '*']) {
    const read = api.db.withTenant(api.one.organizationId, (tx) =>
      tx
        .selectFrom('connections')
        .select(tx.dynamic.ref(column === '*' ? 'connections.sealed' : column))
        .execute(),
    );
    await expect(read).rejects.toThrow('permission denied');
  }
});

function headers(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, SECRET]));
}
