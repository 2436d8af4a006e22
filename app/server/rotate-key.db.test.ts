import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createConnection } from '../features/connections/server/create-connection.ts';
import { createConnections } from '../features/connections/server/open-connection.ts';
import { createTestDatabase, type TestDatabase } from '../platform/db/testing/create-test-database.ts';
import { newId } from '../platform/ids/id.ts';
import { keyIdOf } from '../platform/secrets/cipher.ts';
import { addKeyToFile, readKeyFile } from '../platform/secrets/key-file.ts';
import { createLocalMasterKeys, type MasterKeys } from '../platform/secrets/master-keys.ts';
import { createVault } from '../platform/secrets/vault.ts';
import { checkSecrets } from './doctor/check-secrets.ts';
import { openVault } from './open-vault.ts';
import { rotateKey } from './rotate-key.ts';
import { activeKeyId } from './rotate-master-key.ts';
import { databaseUrl } from './testing/database-url.ts';

let db: TestDatabase;
let dataDir: string;
let organizationId: string;
beforeEach(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'mainspring-rotate-'));
  organizationId = newId();
  await db.engine.query("insert into organizations (id, name) values ($1, 'One')", [organizationId]);
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
  await db.drop();
});

const keyOf = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const env = (more: object = {}) => ({ DATABASE_URL: databaseUrl(db.connection), MAINSPRING_DATA: dataDir, ...more });
const start = (more: { secretKey?: string; previousSecretKeys?: string[] } = {}) =>
  openVault({ dataDir, ...more }, db.engine);

async function create(masterKeys: MasterKeys, token: string): Promise<string> {
  const context = { db, masterKeys, connections: undefined, egress: undefined, openMailer: undefined } as never;
  const caller = { organizationId, actor: { kind: 'system' } } as const;
  const given = { kind: 'bearer' as const, name: token, hosts: ['a.example.com'], secret: { token } };
  return (await createConnection(context, caller, given)).id;
}

async function opensAs(masterKeys: MasterKeys, id: string): Promise<unknown> {
  const open = await createConnections({ db, masterKeys }).open(organizationId, id);
  return open.kind === 'http' && open.credentials.headers();
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('with the key in the data folder', () => {
  test('a new key takes its place; the server that runs goes on, and the next start needs no other', async () => {
    const running = await start();
    const id = await create(running.masterKeys, 'early');
    const sealed = running.vault.seal('hook secret', 'c');
    const [former] = (await readKeyFile(dataDir)) ?? [];

    const rotation = await rotateKey(env());
    const [active, ...others] = (await readKeyFile(dataDir)) ?? [];
    expect(others).toEqual([]);
    expect(active).not.toEqual(former);
    const old = join(dataDir, `secret.key.${keyIdOf(former as Buffer)}.old`);
    expect(rotation).toEqual({
      from: keyIdOf(former as Buffer),
      to: keyIdOf(active as Buffer),
      rewrapped: 1,
      broken: [],
      source: 'file',
      retired: [old],
    });
    expect(await readFile(old, 'utf8')).toBe(`${former?.toString('base64')}\n`);
    expect((await readdir(dataDir)).length).toBe(2);

    expect(await opensAs(running.masterKeys, id)).toEqual(bearer('early'));
    const late = await create(running.masterKeys, 'late');
    const next = await start();
    expect([await opensAs(next.masterKeys, id), await opensAs(next.masterKeys, late)]).toEqual([
      bearer('early'),
      bearer('late'),
    ]);
    expect(next.vault.open(sealed, 'c')).toBe('hook secret');
    expect(await checkSecrets({ dataDir }, db.engine)).toMatchObject({ kind: 'ok' });
    await expect(start({ secretKey: former?.toString('base64') ?? '' })).rejects.toMatchObject({
      code: 'wrong_master_key',
    });
  });

  test.each(['before the switch', 'after the switch'])(
    'a call that was cut off %s is finished by the next',
    async (when) => {
      const running = await start();
      const id = await create(running.masterKeys, 'x');
      const keys = (await readKeyFile(dataDir)) ?? [];
      const withNew = await addKeyToFile(dataDir, keys as never);
      if (when === 'after the switch') {
        await db.engine.query("update server_facts set value = $1 where name = 'secret_key_check'", [
          await createLocalMasterKeys(withNew).checkOf(keyIdOf(withNew[0])),
        ]);
        expect(await checkSecrets({ dataDir }, db.engine)).toMatchObject({ kind: 'warning' });
      }
      expect(await rotateKey(env())).toMatchObject({ to: keyIdOf(withNew[0]), rewrapped: 1 });
      expect(await readKeyFile(dataDir)).toEqual([withNew[0]]);
      expect(await opensAs((await start()).masterKeys, id)).toEqual(bearer('x'));
    },
  );

  test('each call makes another key', async () => {
    await start();
    const ids = [await activeKeyId(db.engine)];
    for (let n = 0; n < 2; n++) ids.push((await rotateKey(env())).to);
    expect(new Set(ids).size).toBe(3);
    expect(await activeKeyId(db.engine)).toBe(ids[2]);
  });
});

describe('with keys in the environment', () => {
  test('the key of the settings takes the place of the former one', async () => {
    const id = await create((await start({ secretKey: keyOf(1) })).masterKeys, 'x');
    // Servers restarted one after another, before anything changes: they hold both and seal under the former.
    const both = { secretKey: keyOf(2), previousSecretKeys: [keyOf(1)] };
    const restarted = await start(both);
    const more = await create(restarted.masterKeys, 'y');
    const alone = await start({ secretKey: keyOf(1) });
    expect(await opensAs(alone.masterKeys, more)).toEqual(bearer('y'));

    const settings = { MAINSPRING_SECRET_KEY: keyOf(2), MAINSPRING_PREVIOUS_SECRET_KEYS: keyOf(1) };
    const rotation = await rotateKey(env(settings));
    expect(rotation).toMatchObject({ rewrapped: 2, source: 'environment', retired: [] });
    expect(await opensAs(restarted.masterKeys, id)).toEqual(bearer('x'));
    expect(await opensAs((await start({ secretKey: keyOf(2) })).masterKeys, more)).toEqual(bearer('y'));
    await expect(start({ secretKey: keyOf(1) })).rejects.toThrow('MAINSPRING_PREVIOUS_SECRET_KEYS');
    expect(await rotateKey(env(settings))).toMatchObject({ from: null, rewrapped: 0 });
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('a key that is not the one in use changes nothing', async () => {
    await start({ secretKey: keyOf(1) });
    const asked = rotateKey(env({ MAINSPRING_SECRET_KEY: keyOf(2) }));
    await expect(asked).rejects.toMatchObject({ code: 'wrong_master_key' });
    expect(await activeKeyId(db.engine)).toBe(keyIdOf(Buffer.alloc(32, 1)));
  });

  test('a connection that needs a key which is given up shows in the examination', async () => {
    await create((await start({ secretKey: keyOf(1) })).masterKeys, 'x');
    await db.engine.query("update connections set key_id = 'ffffffff'");
    const finding = await checkSecrets({ secretKey: keyOf(1), dataDir }, db.engine);
    expect(finding).toMatchObject({ kind: 'failed', text: expect.stringContaining('ffffffff') });
  });
});

test('before the first start there is nothing to change', async () => {
  await expect(rotateKey(env())).rejects.toThrow('Nothing is sealed yet');
  expect(await readdir(dataDir)).toEqual([]);
});

test('a database from before there was a root key opens as before, also after a rotation', async () => {
  const master = Buffer.alloc(32, 1);
  const check = await createLocalMasterKeys([master]).checkOf(keyIdOf(master));
  await db.engine.query("insert into server_facts (name, value) values ('secret_key_check', $1)", [check]);
  const sealed = createVault(master).seal('hook secret', 'c');
  expect((await start({ secretKey: keyOf(1) })).vault.open(sealed, 'c')).toBe('hook secret');
  await rotateKey(env({ MAINSPRING_SECRET_KEY: keyOf(2), MAINSPRING_PREVIOUS_SECRET_KEYS: keyOf(1) }));
  expect((await start({ secretKey: keyOf(2) })).vault.open(sealed, 'c')).toBe('hook secret');
});

test('the root key of the vault is nowhere in the database as it is', async () => {
  const masterKeys = createLocalMasterKeys([Buffer.alloc(32, 1)]);
  const { vault } = await openVault({ dataDir }, db.engine, masterKeys);
  // Under the master key itself nothing opens: the vault has a key of its own.
  expect(() => createVault(Buffer.alloc(32, 1)).open(vault.seal('x', 'c'), 'c')).toThrow();
  expect(await readdir(dataDir)).toEqual([]);
});
