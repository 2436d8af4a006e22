import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyIdOf } from './cipher.ts';
import { addKeyToFile, readKeyFile, retireKeysOfFile } from './key-file.ts';
import { findMasterKeys, loadMasterKeys, openMasterKeys } from './master-key.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mainspring-key-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const configured = Buffer.alloc(32, 7).toString('base64');
const load = (folder = dataDir) => loadMasterKeys({ secretKey: undefined, dataDir: folder });

describe('loadMasterKeys', () => {
  it('takes the configured keys, the newest first, and writes nothing', async () => {
    const previousSecretKeys = [Buffer.alloc(32, 8).toString('base64')];
    expect(await loadMasterKeys({ secretKey: configured, previousSecretKeys, dataDir })).toEqual({
      keys: [Buffer.alloc(32, 7), Buffer.alloc(32, 8)],
      source: 'environment',
    });
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('makes a key at the first start, for its owner only, and finds it again', async () => {
    const folder = join(dataDir, 'new');
    const { keys, source } = await load(folder);
    expect([keys.length, keys[0].length, source]).toEqual([1, 32, 'file']);
    expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600);
    expect((await load(folder)).keys).toEqual(keys);
    expect(await readdir(folder)).toEqual(['secret.key']);
  });

  it('agrees on one key when several start at once', async () => {
    const loaded = await Promise.all(Array.from({ length: 8 }, () => load()));
    expect(new Set(loaded.map(({ keys }) => keys[0].toString('hex'))).size).toBe(1);
  });

  it.each([
    ['too short', Buffer.alloc(16).toString('base64')],
    ['no base64', 'not a key at all, just some text here!!!!!!!'],
    ['empty', ''],
    ['hex', '00'.repeat(32)],
  ])('refuses a key that is %s', async (_, wrong) => {
    await expect(loadMasterKeys({ secretKey: wrong, dataDir })).rejects.toThrow(
      'MAINSPRING_SECRET_KEY must hold 32 bytes in base64',
    );
    const settings = { secretKey: configured, previousSecretKeys: [wrong], dataDir };
    await expect(loadMasterKeys(settings)).rejects.toThrow('MAINSPRING_PREVIOUS_SECRET_KEYS must hold');
    await writeFile(join(dataDir, 'secret.key'), wrong);
    await expect(load()).rejects.toThrow('secret.key must hold 32 bytes');
  });
});

describe('findMasterKeys', () => {
  it('makes none', async () => {
    expect(await findMasterKeys({ secretKey: undefined, dataDir })).toBeUndefined();
    expect(await readdir(dataDir)).toEqual([]);
  });
});

describe('the key file', () => {
  it('takes a newer key in front, and gives up the earlier ones into files of their own', async () => {
    const { keys } = await load();
    const both = await addKeyToFile(dataDir, keys);
    expect(both.slice(1)).toEqual(keys);
    expect((await load()).keys).toEqual(both);

    const old = join(dataDir, `secret.key.${keyIdOf(keys[0])}.old`);
    expect(await retireKeysOfFile(dataDir, both)).toEqual([old]);
    expect(await readKeyFile(dataDir)).toEqual([both[0]]);
    expect(await readFile(old, 'utf8')).toBe(`${keys[0].toString('base64')}\n`);
    expect((await stat(old)).mode & 0o777).toBe(0o600);
    expect((await readdir(dataDir)).length).toBe(2);
  });

  it('is read again by who is in need of a key that was not there before', async () => {
    const loaded = await load();
    const open = openMasterKeys(loaded, { dataDir });
    const [newest] = await addKeyToFile(dataDir, loaded.keys);
    expect(await open.holds(keyIdOf(newest))).toBe(true);
    expect(await open.holds('00000000')).toBe(false);
  });
});
