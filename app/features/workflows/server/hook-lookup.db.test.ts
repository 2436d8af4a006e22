import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../platform/db/testing/create-test-database.ts';
import { newId } from '../../../platform/ids/id.ts';
import { createHookLookup, type HookLookup } from './hook-lookup.ts';
import { hashHookToken, newHookToken } from './hook-secrets.ts';

let db: TestDatabase;
let asked: number;
let hooks: HookLookup;
let token: string;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

beforeEach(async () => {
  asked = 0;
  hooks = createHookLookup(countQueries(db.engine));
  token = await storeHook();
});

describe('a hook that is on', () => {
  test('is asked for once by many requests at the same time', async () => {
    const found = await Promise.all(Array.from({ length: 50 }, () => hooks.find(token)));
    expect(found.map((hook) => hook?.triggerId)).toEqual(Array.from({ length: 50 }, () => 'hook'));
    expect(asked).toBe(1);
  });

  test('is remembered', async () => {
    await hooks.find(token);
    await hooks.find(token);
    expect(asked).toBe(1);
  });

  test('is asked for anew after a clearing, also by those who come while an earlier question is under way', async () => {
    const before = hooks.find(token);
    hooks.clear();
    await Promise.all([before, hooks.find(token)]);
    expect(asked).toBe(2);
  });

  test('is asked for by each who wants what holds now', async () => {
    await Promise.all([hooks.findFresh(token), hooks.findFresh(token), hooks.find(token)]);
    expect(asked).toBe(3);
  });
});

test('an unknown token is asked for each time', async () => {
  const unknown = newHookToken();
  expect(await hooks.find(unknown)).toBeUndefined();
  expect(await hooks.find(unknown)).toBeUndefined();
  expect(asked).toBe(2);
});

test('a malformed token is no question for the database', async () => {
  expect(await hooks.find('not-a-token')).toBeUndefined();
  expect(asked).toBe(0);
});

function countQueries(engine: pg.Pool): pg.Pool {
  const query = (...args: Parameters<pg.Pool['query']>) => {
    asked += 1;
    return engine.query(...args);
  };
  return { query } as unknown as pg.Pool;
}

async function storeHook(): Promise<string> {
  const [organizationId, workflowId, newToken] = [newId(), newId(), newHookToken()];
  await db.engine.query('insert into organizations (id, name) values ($1, $2)', [organizationId, 'Test']);
  await db.engine.query('insert into workflows (org_id, id, name, draft) values ($1, $2, $3, $4)', [
    organizationId,
    workflowId,
    'Test',
    '{}',
  ]);
  await db.engine.query(
    `insert into hooks (org_id, workflow_id, trigger_id, token_hash, token_sealed, published_trigger)
     values ($1, $2, 'hook', $3, 'sealed', '{"id":"hook","type":"webhook"}')`,
    [organizationId, workflowId, hashHookToken(newToken)],
  );
  return newToken;
}
