import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../db/testing/create-test-database.ts';
import { newId } from '../ids/id.ts';
import { createApiKey } from './create-api-key.ts';
import { createKeyLookup } from './find-key-owner.ts';
import { firstStart } from './first-start.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

describe('the first start', () => {
  test('of several servers at once makes one organization and one key; later ones nothing', async () => {
    const starts = await Promise.all([1, 2, 3].map(() => firstStart(db, { apiKey: undefined })));
    const [first, ...others] = starts.filter((start) => start.kind === 'first');
    expect(others).toEqual([]);
    expect(first).toMatchObject({ apiKey: expect.stringMatching(/^ms_[\w-]{43}$/) });
    expect(await firstStart(db, { apiKey: 'another-key' })).toEqual({ kind: 'earlier' });
    const { rows } = await db.engine.query('select name, hint from api_keys');
    expect(rows).toEqual([{ name: 'Owner', hint: first?.apiKey.slice(0, 8) }]);
    expect(await createKeyLookup(db.engine)(first?.apiKey ?? '')).toMatchObject({
      organizationId: first?.organizationId,
    });
  });
});

describe('keys', () => {
  test('only a hash is stored', async () => {
    const key = await createApiKey(db.engine, await system());
    const { rows } = await db.engine.query('select k::text as row from api_keys k');
    expect(rows.map(({ row }) => row).join()).not.toContain(key);
  });

  test('little of a short one is told', async () => {
    await createApiKey(db.engine, { ...(await system()), value: 'letmein!' });
    const { rows } = await db.engine.query("select hint from api_keys where hint like 'le%'");
    expect(rows).toEqual([{ hint: 'le' }]);
  });

  test('each is in the audit log, with its name and nothing more', async () => {
    const { organizationId, ...rest } = await system();
    await createApiKey(db.engine, { organizationId, ...rest });
    await createApiKey(db.engine, { organizationId, ...rest, by: { kind: 'api_key', id: 'other' } });
    const { rows } = await db.engine.query(
      'select actor_kind, actor_id, action, after from audit_log where org_id = $1 order by seq',
      [organizationId],
    );
    const created = { action: 'api_key.created', after: { name: 'x', scopes: ['full'], expiresAt: null } };
    expect(rows).toEqual([
      { actor_kind: 'system', actor_id: null, ...created },
      { actor_kind: 'api_key', actor_id: 'other', ...created },
    ]);
  });

  test('an unknown one belongs to nobody', async () => {
    expect(await createKeyLookup(db.engine)('ms_nobody')).toBeUndefined();
  });

  test('a revoked one belongs to nobody', async () => {
    const key = await createApiKey(db.engine, await system());
    await db.engine.query('update api_keys set revoked_at = now() where hint = $1', [key.slice(0, 8)]);
    expect(await createKeyLookup(db.engine)(key)).toBeUndefined();
  });

  test('answers are remembered for a while, failures are not', async () => {
    const key = await createApiKey(db.engine, await system());
    let asked = 0;
    let away = true;
    const engine = Object.assign(Object.create(db.engine), {
      query: (...args: Parameters<typeof db.engine.query>) => {
        asked += 1;
        return away ? Promise.reject(new Error('away')) : db.engine.query(...args);
      },
    });
    const find = createKeyLookup(engine);
    await expect(find(key)).rejects.toThrow('away');
    away = false;
    await Promise.all([find(key), find(key)]);
    expect(await find(key)).toBeDefined();
    expect(asked).toBe(2);
  });
});

async function system() {
  return { organizationId: await organization(), name: 'x', by: { kind: 'system' } } as const;
}

async function organization(): Promise<string> {
  const id = newId();
  await db.engine.query("insert into organizations (id, name) values ($1, 'x')", [id]);
  return id;
}
