/** The file of master keys in the data folder: one key a line, the newest first; for its owner only. */
import { randomBytes } from 'node:crypto';
import { chown, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_BYTES, keyIdOf } from './cipher.ts';
import { SecretError } from './secret-error.ts';

/** Below the data folder. */
export const KEY_FILE = 'secret.key';

export type Keys = readonly [Buffer, ...Buffer[]];

/** Undefined where there is no file. Throws a SecretError for one that holds something else than keys. */
export async function readKeyFile(dataDir: string): Promise<Keys | undefined> {
  const path = join(dataDir, KEY_FILE);
  const text = await readText(path);
  if (text === undefined) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [newest, ...earlier] = (lines.length > 0 ? lines : ['']).map((line) => parseMasterKey(line, path));
  return [newest as Buffer, ...earlier];
}

/** The file's keys; made with a random one where there is none. Servers that start at once agree on one key. */
export async function makeKeyFile(dataDir: string): Promise<Keys> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, KEY_FILE);
  const draft = await writeDraft(path, [newMasterKey()]);
  try {
    // Never replaces a key that is there: whoever came first decided it.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const keys = await readKeyFile(dataDir);
  if (keys === undefined) throw new SecretError('bad_master_key', `${path} was taken away while it was made.`);
  return keys;
}

/** Puts a new random key in front of those in the file. Answers them all. */
export async function addKeyToFile(dataDir: string, keys: Keys): Promise<Keys> {
  const more: Keys = [newMasterKey(), ...keys];
  const path = join(dataDir, KEY_FILE);
  await replace(path, more, path);
  return more;
}

/**
 * Leaves the newest key alone in the file and puts each other into a file of its own beside it, since backups made
 * before need it. Answers the paths.
 */
export async function retireKeysOfFile(dataDir: string, [newest, ...earlier]: Keys): Promise<readonly string[]> {
  const retired: string[] = [];
  const current = join(dataDir, KEY_FILE);
  for (const key of earlier) {
    const path = join(dataDir, `${KEY_FILE}.${keyIdOf(key)}.old`);
    await replace(path, [key], current);
    retired.push(path);
  }
  await replace(current, [newest], current);
  return retired;
}

/** Throws a SecretError that names `source` for anything but 32 bytes in base64. */
export function parseMasterKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, 'base64');
  if (key.length !== KEY_BYTES || key.toString('base64') !== trimmed) {
    throw new SecretError(
      'bad_master_key',
      `${source} must hold ${KEY_BYTES} bytes in base64, as \`openssl rand -base64 ${KEY_BYTES}\` prints them.`,
    );
  }
  return key;
}

function newMasterKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Appears whole or not at all: a half-written key would lose every secret. It belongs to whom `like` belongs to. */
async function replace(path: string, keys: readonly Buffer[], like: string): Promise<void> {
  const draft = await writeDraft(path, keys);
  const { uid, gid } = await stat(like);
  // The server may run as another user than root, who looks after it.
  if (process.getuid?.() === 0) await chown(draft, uid, gid);
  await rename(draft, path);
}

async function writeDraft(path: string, keys: readonly Buffer[]): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(keys.map((key) => `${key.toString('base64')}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
