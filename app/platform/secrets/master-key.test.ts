import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMasterKey } from './master-key.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mainspring-key-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('loadMasterKey', () => {
  const configured = Buffer.alloc(32, 7).toString('base64');

  it('takes the configured key and writes nothing', async () => {
    expect(await loadMasterKey({ secretKey: configured, dataDir })).toEqual(Buffer.alloc(32, 7));
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('makes a key at the first start, for its owner only, and finds it again', async () => {
    const folder = join(dataDir, 'new');
    const first = await loadMasterKey({ secretKey: undefined, dataDir: folder });
    expect(first).toHaveLength(32);
    expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600);
    expect(await loadMasterKey({ secretKey: undefined, dataDir: folder })).toEqual(first);
    expect(await readdir(folder)).toEqual(['secret.key']);
  });

  it('agrees on one key when several start at once', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadMasterKey({ secretKey: undefined, dataDir })));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  });

  it.each([
    ['too short', Buffer.alloc(16).toString('base64')],
    ['no base64', 'not a key at all, just some text here!!!!!!!'],
    ['empty', ''],
    ['hex', '00'.repeat(32)],
  ])('refuses a key that is %s', async (_, secretKey) => {
    await expect(loadMasterKey({ secretKey, dataDir })).rejects.toThrow(
      'MAINSPRING_SECRET_KEY must hold 32 bytes in base64',
    );
  });

  it('names the file where the stored key is broken', async () => {
    await writeFile(join(dataDir, 'secret.key'), 'cut');
    await expect(loadMasterKey({ secretKey: undefined, dataDir })).rejects.toThrow('secret.key must hold 32 bytes');
  });
});
