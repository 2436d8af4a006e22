import { createHmac } from 'node:crypto';
import { decrypt, deriveKey, encrypt, keyIdOf } from './cipher.ts';
import { SecretError } from './secret-error.ts';

/**
 * The master keys of this server, which wrap data keys and do nothing else. The local ones are held in memory
 * (`createLocalMasterKeys`); a key management service is another implementation, given to `openVault` as an argument.
 * Each version of the key has an id that names it and tells nothing of it; ids hold no full stop.
 */
export type MasterKeys = {
  /** The key that a first start, or a rotation, makes the active one. */
  readonly newestId: string;
  readonly holds: (keyId: string) => Promise<boolean>;
  /** Wraps a data key for one place. Throws a SecretError `wrong_master_key` where the key is not held. */
  readonly wrap: (keyId: string, dataKey: Buffer, context: string) => Promise<Buffer>;
  /** The data key again. Throws as `wrap`, and `bad_sealed_value` where place or bytes are not those that were wrapped. */
  readonly unwrap: (keyId: string, wrapped: Buffer, context: string) => Promise<Buffer>;
  /** `<key id>.<…>`, a text that only this key makes; stored to notice a wrong key at the next start. */
  readonly checkOf: (keyId: string) => Promise<string>;
};

/** Reads the keys anew; the newest comes first. */
export type ReadKeys = () => Promise<readonly Buffer[]>;

/**
 * Keys in memory, the newest first; the others open what was wrapped before. Where `readAgain` is given, it is asked
 * once for each key that is missing: a rotation may have put it there since.
 */
export function createLocalMasterKeys(keys: readonly [Buffer, ...Buffer[]], readAgain?: ReadKeys): MasterKeys {
  const held = new Map(keys.map((key) => [keyIdOf(key), key]));

  const find = async (keyId: string): Promise<Buffer | undefined> => {
    if (!held.has(keyId)) for (const key of (await readAgain?.()) ?? []) held.set(keyIdOf(key), key);
    return held.get(keyId);
  };
  const get = async (keyId: string): Promise<Buffer> => {
    const key = await find(keyId);
    if (key === undefined) throw wrongMasterKey(keyId, [...held.keys()]);
    return key;
  };
  return {
    newestId: keyIdOf(keys[0]),
    holds: async (keyId) => (await find(keyId)) !== undefined,
    wrap: async (keyId, dataKey, context) =>
      encrypt(deriveKey(await get(keyId), 'wrap'), dataKey, wrapContext(keyId, context)),
    unwrap: async (keyId, wrapped, context) =>
      decrypt(deriveKey(await get(keyId), 'wrap'), wrapped, wrapContext(keyId, context)),
    checkOf: async (keyId) => `${keyId}.${keyCheckOf(await get(keyId))}`,
  };
}

/**
 * Compares the keys with the check stored at the first start or by the last rotation. Throws a SecretError that tells
 * the operator what to do; never lets a server start with keys that cannot open what is stored.
 */
export async function assertKeyCheck(stored: string, masterKeys: MasterKeys): Promise<void> {
  const keyId = keyIdOfCheck(stored);
  if (!(await masterKeys.holds(keyId))) throw wrongMasterKey(keyId, [masterKeys.newestId]);
  if ((await masterKeys.checkOf(keyId)) !== stored) throw wrongMasterKey(keyId, [masterKeys.newestId]);
}

export function keyIdOfCheck(check: string): string {
  return check.split('.', 1)[0] ?? '';
}

export function wrongMasterKey(keyId: string, held: readonly string[]): SecretError {
  return new SecretError(
    'wrong_master_key',
    `The master key is not the one this data was sealed with: it was sealed with key ${keyId}, and this server holds ` +
      `${held.join(', ')}. Set MAINSPRING_SECRET_KEY to the earlier key, or put the earlier secret.key back into the ` +
      'data folder; while a key is being changed, name the earlier one in MAINSPRING_PREVIOUS_SECRET_KEYS.',
  );
}

function keyCheckOf(key: Buffer): string {
  return createHmac('sha256', key).update('mainspring key check').digest('base64url');
}

function wrapContext(keyId: string, context: string): string {
  return `data key/${keyId}/${context}`;
}
