import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretError } from './secret-error.ts';
import { MASTER_KEY_BYTES } from './vault.ts';

/** Below the data folder. */
export const KEY_FILE = 'secret.key';

/**
 * The master key: the configured one (32 bytes in base64), else the one in `<dataDir>/secret.key`, which is made at
 * the first start and readable by its owner only. Throws a SecretError for a key of another shape.
 */
export async function loadMasterKey(config: { secretKey: string | undefined; dataDir: string }): Promise<Buffer> {
  const found = await findMasterKey(config);
  if (found !== undefined) return found;
  const path = join(config.dataDir, KEY_FILE);
  await mkdir(config.dataDir, { recursive: true });
  await writeKeyFile(path, randomBytes(MASTER_KEY_BYTES).toString('base64'));
  // Two servers may start at once: whoever came first decided the key.
  return parseMasterKey((await readKeyFile(path)) ?? '', path);
}

/** The same key, but none is made: undefined where neither the configuration nor the data folder has one. */
export async function findMasterKey(config: {
  secretKey: string | undefined;
  dataDir: string;
}): Promise<Buffer | undefined> {
  if (config.secretKey !== undefined) return parseMasterKey(config.secretKey, 'MAINSPRING_SECRET_KEY');
  const path = join(config.dataDir, KEY_FILE);
  const stored = await readKeyFile(path);
  return stored === undefined ? undefined : parseMasterKey(stored, path);
}

export function parseMasterKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, 'base64');
  if (key.length !== MASTER_KEY_BYTES || key.toString('base64') !== trimmed) {
    throw new SecretError(
      'bad_master_key',
      `${source} must hold ${MASTER_KEY_BYTES} bytes in base64, as \`openssl rand -base64 ${MASTER_KEY_BYTES}\` prints them.`,
    );
  }
  return key;
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Appears whole or not at all, and never replaces a key that is there: a half-written key would lose every secret. */
async function writeKeyFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
