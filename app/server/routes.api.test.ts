/** Every route there is, read from the server itself: none but the open ones answers without a key. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../platform/ids/id.ts';
import { listRoutes, nameOf, OPEN_ROUTES } from './testing/list-routes.ts';
import { startTestApi, type TestApi } from './testing/start-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const closedRoutes = () => listRoutes(api.server).filter((route) => !OPEN_ROUTES.includes(nameOf(route)));

test('the table names what the contract names', () => {
  expect(listRoutes(api.server).map(nameOf)).toEqual(
    expect.arrayContaining([
      ...OPEN_ROUTES,
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

function fill(path: string, id: string): string {
  return path.replace('{id}', id).replace('{version}', '1').replace('{triggerId}', 'hook').replace('{token}', 'x');
}
