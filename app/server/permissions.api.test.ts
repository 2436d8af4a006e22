/** Who may do what, asked over HTTP of every route there is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES, type Scope } from '../platform/auth/access.ts';
import { type Action, authorize } from '../platform/auth/authorize.ts';
import { createApiKey } from '../platform/auth/create-api-key.ts';
import { requirePermissions } from '../platform/auth/require-permission.ts';
import { createHttpServer } from '../platform/http/create-http-server.ts';
import { newId } from '../platform/ids/id.ts';
import { createLog } from '../platform/log/log.ts';
import { type Method, startTestApi, type TestApi } from './testing/start-test-api.ts';

type Paths = { readonly [path: string]: { readonly [method: string]: { readonly 'x-permission'?: Action } } };
type ClosedRoute = { readonly method: Method; readonly path: string; readonly action: Action };

let api: TestApi;
const routes: ClosedRoute[] = [];
beforeAll(async () => {
  api = await startTestApi();
  const { paths } = api.server.swagger() as unknown as { readonly paths: Paths };
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const action = operation['x-permission'];
      if (action !== undefined) routes.push({ method: method.toUpperCase() as Method, path, action });
    }
  }
});
afterAll(() => api.stop());

test('every route for callers is known with its action', () => {
  expect(routes.length).toBeGreaterThan(20);
});

test('a route that does not say what it does stops the start', async () => {
  const server = await createHttpServer({ log: createLog({ level: 'silent' }) });
  requirePermissions(server);
  expect(() => server.get('/forgotten', async () => null)).toThrow('GET /forgotten must say in config.action');
  server.get('/said', { config: { action: 'run.view' } }, async () => null);
  await server.close();
});

describe.each(SCOPES)('a key for %s', (scope: Scope) => {
  test('is refused with 403 and the reason by every other route, before anything is looked at', async () => {
    const { organizationId } = api.one;
    const by = { kind: 'system' } as const;
    const apiKey = await createApiKey(api.db.engine, { organizationId, name: scope, by, scopes: [scope] });
    const actor = { kind: 'api_key', id: '', organizationId, scopes: [scope] } as const;
    for (const { method, path, action } of routes) {
      const headers = { authorization: `Bearer ${apiKey}` };
      const raw = method === 'GET' ? {} : { raw: '{broken' };
      const { status, body } = await api.send(method, path.replaceAll(/\{\w+\}/g, newId()), { headers, ...raw });
      const decision = authorize(actor, action);
      const answer = [method, path, status === 403, status === 403 ? body.error : null];
      const refusal = decision.kind === 'refused' ? { code: 'forbidden', message: decision.reason } : null;
      expect(answer).toEqual([method, path, refusal !== null, refusal]);
    }
  });
});

test('a key that has expired is no key', async () => {
  const { organizationId } = api.one;
  const expired = { organizationId, name: 'old', by: { kind: 'system' }, expiresAt: new Date(0) } as const;
  const apiKey = await createApiKey(api.db.engine, expired);
  const { status, body } = await api.send('GET', '/api/v1/runs', { headers: { authorization: `Bearer ${apiKey}` } });
  expect([status, body.error.code]).toEqual([401, 'invalid_api_key']);
});
