import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { waitForRun } from '../../../server/testing/wait-for-run.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const WORKFLOWS = '/api/v1/workflows';

function definition(change: object = {}) {
  return {
    format: 'mainspring/workflow@1',
    name: 'Answer',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [{ id: 'done', type: 'flow.stop', input: { output: { $: 'event.data' } } }],
    edges: [{ from: 'start', to: 'done' }],
    ...change,
  };
}

async function create(document: object = definition()) {
  const { status, body } = await api.one.post(WORKFLOWS, { definition: document });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}

describe('creating', () => {
  test('answers the whole workflow as a draft', async () => {
    const { status, body, headers } = await api.one.post(WORKFLOWS, { definition: definition() });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      name: 'Answer',
      status: 'draft',
      version: null,
      draft: { ...definition(), settings: {} },
      draftRevision: 1,
      triggers: [{ id: 'start', type: 'manual' }],
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(headers.etag).toBe('"1"');
  });

  test('an unfinished draft is kept', async () => {
    const workflow = await create(definition({ nodes: [{ id: 'a', type: 'no.such' }], edges: [], triggers: [] }));
    expect(workflow.status).toBe('draft');
  });

  test.each([
    ['no object', 7, null],
    ['an unknown key', definition({ nodez: [] }), null],
    ['a missing name', definition({ name: undefined }), null],
    ['a wrong id', definition({ nodes: [{ id: 'A b', type: 'flow.stop' }] }), 'A b'],
    ['another format', definition({ format: 'mainspring/workflow@99' }), null],
  ])('%s is refused with every problem', async (_, document, id) => {
    const { status, body } = await api.one.post(WORKFLOWS, { definition: document });
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'invalid_definition', message: expect.any(String) });
    expect(body.error.problems[0]).toEqual({
      code: expect.any(String),
      path: expect.any(String),
      nodeId: id,
      message: expect.any(String),
      severity: 'error',
    });
  });

  test('the linear form becomes a graph', async () => {
    const workflow = await create({
      name: 'Linear',
      trigger: { type: 'event', event: 'client.created' },
      actions: [{ type: 'log', config: { message: 'hi' } }],
    });
    expect(workflow.draft).toMatchObject({ format: 'mainspring/workflow@1', name: 'Linear' });
    expect(workflow.draft.nodes).toHaveLength(1);
  });

  test.each([
    ['nothing', undefined],
    ['no definition', {}],
    ['another key', { definition: definition(), owner: 'me' }],
    ['a list', []],
  ])('a body of %s is refused', async (_, body) => {
    expect((await api.one.post(WORKFLOWS, body)).status).toBe(400);
  });
});

describe('webhook triggers', () => {
  const hook = { id: 'hook', type: 'webhook', verify: 'hmac' };
  const withHook = (...triggers: object[]) => definition({ triggers, edges: [] });

  test('the answer that makes them tells address and secret; the secret is never told again', async () => {
    const made = await create(withHook(hook, { id: 'open', type: 'webhook' }));
    expect(made.triggers).toEqual([
      {
        id: 'hook',
        type: 'webhook',
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/hooks\/[\w-]{43}$/),
        secret: expect.stringMatching(/^whsec_/),
      },
      { id: 'open', type: 'webhook', url: expect.any(String) },
    ]);
    const { body } = await api.one.get(`${WORKFLOWS}/${made.id}`);
    const [first, second] = made.triggers;
    expect(body.triggers).toEqual([{ id: 'hook', type: 'webhook', url: first.url }, second]);
  });

  test('the address stays through edits, and comes back with its trigger', async () => {
    const made = await create(withHook(hook));
    const url = `${WORKFLOWS}/${made.id}`;
    const without = await api.one.patch(url, { definition: withHook({ id: 'start', type: 'manual' }) });
    expect(without.body.triggers).toEqual([{ id: 'start', type: 'manual' }]);
    const again = await api.one.patch(url, { definition: withHook(hook) });
    expect(again.body.triggers).toEqual([{ id: 'hook', type: 'webhook', url: made.triggers[0].url }]);
  });

  test('a secret is made when the trigger first needs one', async () => {
    const made = await create(withHook({ id: 'hook', type: 'webhook' }));
    const { body } = await api.one.patch(`${WORKFLOWS}/${made.id}`, { definition: withHook(hook) });
    expect(body.triggers).toEqual([{ ...made.triggers[0], secret: expect.stringMatching(/^whsec_/) }]);
  });

  test('nothing of them is stored in plain text', async () => {
    const made = await create(withHook(hook));
    const { rows } = await api.db.owner.query('select h::text as row from hooks h');
    const stored = rows.map(({ row }) => row).join();
    const [{ url, secret }] = made.triggers;
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(url.split('/').at(-1));
  });

  test('a secret is changed on demand, to a new one or to a given one', async () => {
    const made = await create(withHook(hook));
    const url = `${WORKFLOWS}/${made.id}/triggers/hook/rotate-secret`;
    const fresh = await api.one.post(url);
    expect(fresh).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^whsec_/) } });
    expect(fresh.body.secret).not.toBe(made.triggers[0].secret);
    expect(Date.parse(fresh.body.previousValidUntil)).toBeGreaterThan(Date.now());
    const dictated = await api.one.post(url, { secret: 'given-by-the-sender' });
    expect(dictated.body.secret).toBe('given-by-the-sender');
  });

  test.each([
    ['no such trigger', withHook(hook), 'other', 404, 'trigger_not_found'],
    ['a trigger of another kind', withHook({ id: 'start', type: 'manual' }), 'start', 404, 'trigger_not_found'],
    ['a trigger without a secret', withHook({ id: 'open', type: 'webhook' }), 'open', 409, 'no_secret_used'],
    ['a secret without base64', withHook({ ...hook, verify: 'standard-webhooks' }), 'hook', 422, 'secret_not_base64'],
  ])('changing it fails for %s', async (_, document, triggerId, status, code) => {
    const made = await create(document);
    const url = `${WORKFLOWS}/${made.id}/triggers/${triggerId}/rotate-secret`;
    const answer = await api.one.post(url, { secret: 'given-by-the-sender' });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });
});

describe('changing', () => {
  test('replaces the draft and raises its revision', async () => {
    const { id } = await create();
    const { status, body, headers } = await api.one.patch(`${WORKFLOWS}/${id}`, {
      definition: definition({ name: 'Renamed' }),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Renamed', draftRevision: 2, status: 'draft' });
    expect(headers.etag).toBe('"2"');
  });

  test.each([
    ['"1"', 200],
    ['W/"1"', 200],
    ['"7", "1"', 200],
    ['*', 200],
    ['"2"', 412],
    ['"0"', 400],
    ['nonsense', 400],
  ])('If-Match %s answers %i', async (ifMatch, status) => {
    const { id } = await create();
    const headers = { 'if-match': ifMatch };
    const answer = await api.one.patch(`${WORKFLOWS}/${id}`, { definition: definition() }, { headers });
    expect(answer.status).toBe(status);
  });

  test('of two who saw the same revision, one wins', async () => {
    const { id } = await create();
    const headers = { 'if-match': '"1"' };
    const change = () => api.one.patch(`${WORKFLOWS}/${id}`, { definition: definition() }, { headers });
    const statuses = (await Promise.all([change(), change(), change()])).map((answer) => answer.status);
    expect(statuses.sort()).toEqual([200, 412, 412]);
  });

  test('a refused change changes nothing', async () => {
    const { id } = await create();
    const refused = await api.one.patch(`${WORKFLOWS}/${id}`, { definition: definition(), status: 'active' });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'never_published' } } });
    expect((await api.one.get(`${WORKFLOWS}/${id}`)).body.draftRevision).toBe(1);
  });

  test.each([[{}], [{ status: 'draft' }], [{ status: 'off' }], [{ name: 'x' }], [undefined]])(
    'the body %j is refused',
    async (body) => {
      const { id } = await create();
      expect((await api.one.patch(`${WORKFLOWS}/${id}`, body)).status).toBe(400);
    },
  );
});

describe('publishing', () => {
  test('numbers versions and keeps each as it was', async () => {
    const { id } = await create();
    const url = `${WORKFLOWS}/${id}`;
    expect((await api.one.post(`${url}/publish`)).body).toEqual({ version: 1 });
    await api.one.patch(url, { definition: definition({ name: 'Second' }) });
    expect((await api.one.post(`${url}/publish`)).body.version).toBe(2);
    expect((await api.one.get(url)).body).toMatchObject({ status: 'active', version: 2 });

    const versions = await api.one.get(`${url}/versions`);
    expect(versions.body).toEqual({
      items: [
        { version: 2, createdAt: expect.any(String), published: true },
        { version: 1, createdAt: expect.any(String), published: false },
      ],
      nextCursor: null,
    });
    expect((await api.one.get(`${url}/versions/1`)).body.definition.name).toBe('Answer');
    expect((await api.one.get(`${url}/versions/2`)).body.definition.name).toBe('Second');
  });

  test.each([
    ['an unknown type', { nodes: [{ id: 'done', type: 'no.such' }] }, 'unknown_type'],
    [
      'a cycle',
      {
        nodes: [
          { id: 'done', type: 'flow.join' },
          { id: 'b', type: 'flow.join' },
        ],
        edges: [
          { from: 'start', to: 'done' },
          { from: 'done', to: 'b' },
          { from: 'b', to: 'done' },
        ],
      },
      'cycle',
    ],
    ['a wrong port', { edges: [{ from: 'start', to: 'done', port: 'nowhere' }] }, 'unknown_port'],
    ['a dangling edge', { edges: [{ from: 'start', to: 'nobody' }] }, 'dangling_edge'],
    [
      'an expression that does not type',
      {
        nodes: [{ id: 'done', type: 'flow.if', input: { condition: '1 + 1' } }],
      },
      'invalid_expression',
    ],
  ])('%s stops it', async (_, change, code) => {
    const { id } = await create(definition(change));
    const { status, body } = await api.one.post(`${WORKFLOWS}/${id}/publish`);
    expect(status).toBe(422);
    expect(body.error.problems.map((problem: { code: string }) => problem.code)).toContain(code);
    expect((await api.one.get(`${WORKFLOWS}/${id}`)).body).toMatchObject({ status: 'draft', version: null });
  });

  test('several at the same time give each its own version', async () => {
    const { id } = await create();
    const publish = () => api.one.post(`${WORKFLOWS}/${id}/publish`);
    const versions = (await Promise.all([publish(), publish(), publish()])).map((answer) => answer.body.version);
    expect(versions.sort()).toEqual([1, 2, 3]);
  });

  test.each(['0', '3', 'x', '-1', '1.5', '99999999999'])('there is no version %s', async (version) => {
    const { id } = await create();
    await api.one.post(`${WORKFLOWS}/${id}/publish`);
    const answer = await api.one.get(`${WORKFLOWS}/${id}/versions/${version}`);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'version_not_found' } } });
  });
});

describe('validating', () => {
  test.each([
    ['a sound definition', definition(), true, []],
    ['an unknown type', definition({ nodes: [{ id: 'done', type: 'no.such' }] }), false, ['unknown_type']],
    ['no object at all', null, false, ['invalid_document']],
  ])('%s', async (_, document, ok, codes) => {
    const { status, body } = await api.one.post(`${WORKFLOWS}/validate`, { definition: document });
    expect(status).toBe(200);
    expect(body.ok).toBe(ok);
    expect(body.problems.map((problem: { code: string }) => problem.code)).toEqual(codes);
  });
});

describe('starting by hand', () => {
  async function publish(document: object = definition()) {
    const workflow = await create(document);
    await api.one.post(`${WORKFLOWS}/${workflow.id}/publish`);
    return `${WORKFLOWS}/${workflow.id}`;
  }

  test('the input is the event, the run ends with its output', async () => {
    const url = await publish();
    const { status, body } = await api.one.post(`${url}/execute`, { input: { a: 1 }, clientId: 'client-1' });
    expect(status).toBe(202);
    expect(Object.keys(body)).toEqual(['runId']);
    const run = await waitForRun(api.one, body.runId, 'completed');
    expect(run).toMatchObject({
      version: 1,
      event: { type: 'manual', data: { a: 1 } },
      clientId: 'client-1',
      output: { a: 1 },
      steps: [{ nodeId: 'done', status: 'completed' }],
    });
  });

  test('a draft that was edited since runs as it was published', async () => {
    const url = await publish();
    await api.one.patch(url, { definition: definition({ nodes: [{ id: 'done', type: 'flow.stop' }] }) });
    const { body } = await api.one.post(`${url}/execute`, { input: 5 });
    expect((await waitForRun(api.one, body.runId, 'completed')).output).toBe(5);
  });

  test('the same Idempotency-Key starts one run', async () => {
    const url = await publish();
    const start = () => api.one.post(`${url}/execute`, {}, { headers: { 'idempotency-key': 'k1' } });
    const ids = (await Promise.all([start(), start(), start()])).map((answer) => answer.body.runId);
    expect(new Set(ids).size).toBe(1);
  });

  test('a workflow that was never published is refused', async () => {
    const { id } = await create();
    const answer = await api.one.post(`${WORKFLOWS}/${id}/execute`, {});
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'never_published' } } });
  });

  test('a paused workflow is refused until it is active again', async () => {
    const url = await publish();
    expect((await api.one.patch(url, { status: 'paused' })).body.status).toBe('paused');
    const refused = await api.one.post(`${url}/execute`, {});
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'workflow_inactive' } } });
    expect((await api.one.patch(url, { status: 'active' })).body.status).toBe('active');
    expect((await api.one.post(`${url}/execute`, {})).status).toBe(202);
  });

  test('the form of the manual trigger is held against the input', async () => {
    const form = [
      { name: 'age', type: 'number', required: true },
      { name: 'plan', type: 'choice', options: ['a', 'b'], default: 'a' },
    ];
    const url = await publish(definition({ triggers: [{ id: 'start', type: 'manual', form }] }));
    const refused = await api.one.post(`${url}/execute`, { input: { plan: 'c' } });
    expect(refused).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_input', problems: [{ path: '/input/age' }, { path: '/input/plan' }] } },
    });
    const { body } = await api.one.post(`${url}/execute`, { input: { age: 5 } });
    expect((await waitForRun(api.one, body.runId, 'completed')).output).toEqual({ age: 5, plan: 'a' });
  });
});

describe('listing and removing', () => {
  test('pages go from the newest to the oldest and name each workflow once', async () => {
    const made = [await create(), await create(), await create()].map(({ id }) => id);
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.one.get(`${WORKFLOWS}?limit=2${cursor}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      ids.push(...body.items.map((item: { id: string }) => item.id));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(ids.slice(0, 3)).toEqual(made.reverse());
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'cursor=x', 'sort=name', 'limit=1&limit=2'])(
    '?%s is refused',
    async (query) => {
      expect((await api.one.get(`${WORKFLOWS}?${query}`)).status).toBe(400);
    },
  );

  test('a removed workflow is gone, its runs stay', async () => {
    const { id } = await create();
    await api.one.post(`${WORKFLOWS}/${id}/publish`);
    const { body } = await api.one.post(`${WORKFLOWS}/${id}/execute`, {});
    await waitForRun(api.one, body.runId, 'completed');
    expect((await api.one.delete(`${WORKFLOWS}/${id}`)).status).toBe(204);
    expect((await api.one.get(`${WORKFLOWS}/${id}`)).status).toBe(404);
    expect((await api.one.post(`${WORKFLOWS}/${id}/execute`, {})).status).toBe(404);
    expect((await api.one.delete(`${WORKFLOWS}/${id}`)).status).toBe(404);
    expect((await api.one.get(`/api/v1/runs/${body.runId}`)).status).toBe(200);
  });
});
