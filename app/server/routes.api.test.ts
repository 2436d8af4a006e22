/** Every route there is, read from the server itself: none answers without a key, none tells of another organization. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../platform/ids/id.ts';
import { type Method, startTestApi, type TestApi } from './testing/start-test-api.ts';
import { waitForRun } from './testing/wait-for-run.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** What is open to all, on purpose. */
const OPEN = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /api/docs',
  'GET /api/docs/reference.js',
  'GET /api/docs/start.js',
  'GET /api/v1/openapi.json',
  'GET /hooks/{token}',
  'POST /hooks/{token}',
];

type Route = { readonly method: Method; readonly path: string };

/** From Fastify's own table, as `GET /api/v1/runs/{id}`. */
function listRoutes(): Route[] {
  const routes: Route[] = [];
  const parents: string[] = [];
  for (const line of api.server.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^((?:[│ ] {3})*)(?:├── |└── )(\S*)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (!match) continue;
    const depth = (match[1]?.length ?? 0) / 4;
    parents.length = depth;
    parents[depth] = match[2] ?? '';
    const path = parents.join('').replaceAll(/:(\w+)/g, '{$1}');
    for (const method of match[3]?.split(', ') ?? []) {
      if (method !== 'HEAD' && method !== 'OPTIONS') routes.push({ method: method as Method, path });
    }
  }
  return routes;
}

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const closedRoutes = () => listRoutes().filter((route) => !OPEN.includes(nameOf(route)));

/** Bodies that pass, so that a refusal is about whose thing it is. */
const BODIES: { readonly [name: string]: unknown } = {
  'POST /api/v1/workflows': { definition: { format: 'mainspring/workflow@1', name: 'x', nodes: [] } },
  'POST /api/v1/workflows/validate': { definition: {} },
  'PATCH /api/v1/workflows/{id}': { status: 'paused' },
  'POST /api/v1/events': { type: 'a.b', data: {} },
};

test('the table names what the contract names', () => {
  expect(listRoutes().map(nameOf)).toEqual(
    expect.arrayContaining([
      ...OPEN,
      'POST /api/v1/workflows',
      'GET /api/v1/workflows',
      'GET /api/v1/workflows/{id}',
      'PATCH /api/v1/workflows/{id}',
      'DELETE /api/v1/workflows/{id}',
      'POST /api/v1/workflows/{id}/publish',
      'GET /api/v1/workflows/{id}/versions',
      'GET /api/v1/workflows/{id}/versions/{version}',
      'POST /api/v1/workflows/validate',
      'POST /api/v1/workflows/{id}/execute',
      'POST /api/v1/workflows/{id}/simulate',
      'POST /api/v1/events',
      'GET /api/v1/runs',
      'GET /api/v1/runs/{id}',
      'POST /api/v1/runs/{id}/cancel',
      'POST /api/v1/runs/{id}/retry',
      'POST /api/v1/runs/{id}/resume',
      'POST /api/v1/runs/{id}/replay',
      'GET /api/v1/runs/{id}/events',
      'GET /api/v1/node-types',
      'GET /api/v1/messages',
      'GET /api/v1/messages/{id}',
    ]),
  );
});

describe('without a valid key', () => {
  const keys = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer ms_wrong',
    'Basic YTpi',
    `Bearer ${'x'.repeat(600)}`,
    'ms_wrong',
  ];

  test.each(keys)('authorization %j: every route but the open ones answers 401', async (authorization) => {
    for (const route of closedRoutes()) {
      const sent = {
        ...(authorization !== undefined && { headers: { authorization } }),
        ...(route.method !== 'GET' && { raw: '{broken' }),
      };
      const { status, body, headers } = await api.send(route.method, fill(route.path, newId()), sent);
      expect([nameOf(route), status]).toEqual([nameOf(route), 401]);
      expect(body.error.message).toContain('Authorization: Bearer');
      expect(headers['www-authenticate']).toBe('Bearer');
    }
  });
});

describe('with the ids of another organization', () => {
  test('every route answers the same 404 as for no such thing, and changes nothing', async () => {
    const theirs = await makeThings();
    const before = await snapshot();
    const routes = closedRoutes().filter(({ path }) => path.includes('{'));
    expect(routes.length).toBeGreaterThan(15);
    for (const route of routes) {
      const answers = [];
      for (const id of [idFor(route, theirs), newId(), 'x', '%F0%9F%98%80', "'; drop table runs; --"]) {
        const body = BODIES[nameOf(route)];
        const { status, body: answer } = await call(route, fill(route.path, encodeURI(id)), body);
        answers.push({ status, answer });
      }
      const [foreign] = answers;
      expect([nameOf(route), foreign?.status]).toEqual([nameOf(route), 404]);
      for (const answer of answers) expect([nameOf(route), answer]).toEqual([nameOf(route), foreign]);
    }
    expect(await snapshot()).toEqual(before);
  });

  test('lists do not name them', async () => {
    await makeThings();
    for (const route of closedRoutes().filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
      if (route.path.endsWith('/node-types')) continue;
      expect([nameOf(route), (await api.two.get(route.path)).body]).toEqual([
        nameOf(route),
        { items: [], nextCursor: null },
      ]);
    }
  });

  const call = (route: Route, url: string, body: unknown) => {
    switch (route.method) {
      case 'GET':
        return api.two.get(url);
      case 'POST':
        return api.two.post(url, body);
      case 'PATCH':
        return api.two.patch(url, body);
      case 'DELETE':
      case 'PUT':
        return api.two.delete(url);
    }
  };

  async function snapshot() {
    const { rows } = await api.db.owner.query(
      `select (select json_agg(w order by id) from workflows w) as workflows,
              (select json_agg(r order by id) from runs r) as runs,
              (select count(*) from run_inbox) as inbox,
              (select json_agg(h order by token_hash) from hooks h) as hooks`,
    );
    return rows;
  }
});

type Things = { readonly workflow: string; readonly run: string; readonly message: string };

/** A published workflow, a waiting run and a message of organization one. */
async function makeThings(): Promise<Things> {
  const definition = {
    format: 'mainspring/workflow@1',
    name: 'Theirs',
    triggers: [
      { id: 'start', type: 'manual' },
      { id: 'hook', type: 'webhook', verify: 'hmac' },
    ],
    nodes: [{ id: 'wait', type: 'flow.delay', input: { for: 'P1D' } }],
    edges: [
      { from: 'start', to: 'wait' },
      { from: 'hook', to: 'wait' },
    ],
  };
  const { body } = await api.one.post('/api/v1/workflows', { definition });
  await api.one.post(`/api/v1/workflows/${body.id}/publish`);
  const started = await api.one.post(`/api/v1/workflows/${body.id}/execute`, {});
  await waitForRun(api.one, started.body.runId, 'waiting');
  const message = newId();
  await api.db.engine.query(
    `insert into messages (org_id, id, channel, to_addresses, status, idempotency_key)
     values ($1, $2, 'email', '{a@example.com}', 'outbox', $3)`,
    [api.one.organizationId, message, message],
  );
  return { workflow: body.id, run: started.body.runId, message };
}

function idFor({ path }: Route, things: Things): string {
  if (path.includes('/workflows/')) return things.workflow;
  return path.includes('/messages/') ? things.message : things.run;
}

function fill(path: string, id: string): string {
  return path.replace('{id}', id).replace('{version}', '1').replace('{triggerId}', 'hook').replace('{token}', 'x');
}
