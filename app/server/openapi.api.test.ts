import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/start-test-api.ts';

type Operation = {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
  readonly responses?: object;
};

let api: TestApi;
let document: {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly securitySchemes: object };
  readonly security: readonly object[];
};
beforeAll(async () => {
  api = await startTestApi();
  document = (await api.send('GET', '/api/v1/openapi.json')).body;
});
afterAll(() => api.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
  );

test('is OpenAPI 3.1 with the key as bearer', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.components.securitySchemes).toEqual({ apiKey: { type: 'http', scheme: 'bearer' } });
  expect(document.security).toEqual([{ apiKey: [] }]);
});

test('every route has a summary, a tag and its path parameters', () => {
  expect(operations().length).toBeGreaterThan(25);
  for (const { name, path, operation } of operations()) {
    expect([name, operation.summary, operation.tags]).toEqual([
      name,
      expect.stringMatching(/^[A-Z]/),
      [expect.any(String)],
    ]);
    const inPath = operation.parameters?.filter((each) => each.in === 'path').map((each) => `{${each.name}}`) ?? [];
    expect([name, inPath.toSorted()]).toEqual([name, (path.match(/\{\w+\}/g) ?? []).toSorted()]);
  }
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  const find = (path: string) =>
    path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
  expect(references.filter((path) => find(path) === undefined)).toEqual([]);
});

test('only hooks and sign-in are open', () => {
  const open = operations().filter(({ operation }) => operation.security?.length === 0);
  const others = open.map(({ path }) => path).filter((path) => !path.startsWith('/api/auth/'));
  expect(others).toEqual(['/hooks/{token}', '/hooks/{token}']);
});

describe('what comes in and goes out', () => {
  test.each([
    ['post', '/api/v1/workflows', '201'],
    ['post', '/api/v1/events', '202'],
    ['get', '/api/v1/runs/{id}', '200'],
  ])('%s %s', (method, path, status) => {
    const operation = document.paths[path]?.[method];
    expect(operation?.responses).toMatchObject({
      [status]: { content: { 'application/json': { schema: { type: 'object' } } } },
    });
    expect(operation?.requestBody !== undefined).toBe(method === 'post');
  });
});

test('the page for people is served with its script', async () => {
  expect((await api.send('GET', '/api/docs')).headers['content-type']).toBe('text/html; charset=utf-8');
  expect((await api.send('GET', '/api/docs/reference.js')).status).toBe(200);
});
