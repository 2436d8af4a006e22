/**
 * Seals secrets at rest with AES-256-GCM.
 *
 * Invariants
 * 1. A sealed value opens only under the context it was sealed for (`org/connection/field`), so that a value copied
 *    to another row does not open there.
 * 2. A sealed value names the key it was sealed with; the current key seals, current and previous keys open.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { SecretError } from './secret-error.ts';

export const MASTER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1';

export type Vault = {
  /** `v1.<key id>.<base64url of nonce, tag and cipher text>`. */
  readonly seal: (plain: string, context: string) => string;
  /** Throws a SecretError where the key is another, the context is another, or the value was changed. */
  readonly open: (sealed: string, context: string) => string;
  /** True where the value was sealed with a previous key and should be sealed afresh. */
  readonly needsReseal: (sealed: string) => boolean;
  /** A text that only this key makes and that tells nothing of it; stored to notice a wrong key at the next start. */
  readonly keyCheck: string;
};

/** `previousKeys` are opened with but never sealed with: give the old key while values are being resealed. */
export function createVault(masterKey: Buffer, previousKeys: readonly Buffer[] = []): Vault {
  const keys = new Map([masterKey, ...previousKeys].map((key) => [keyId(key), deriveKey(key, 'seal')]));
  const currentId = keyId(masterKey);
  const current = deriveKey(masterKey, 'seal');

  return {
    seal: (plain, context) => `${FORMAT}.${currentId}.${encrypt(current, plain, context).toString('base64url')}`,
    open(sealed, context) {
      const { id, payload } = parseSealed(sealed);
      const key = keys.get(id);
      if (!key)
        throw wrongKey(`a value was sealed with key ${id}, and this server holds ${[...keys.keys()].join(', ')}`);
      return decrypt(key, payload, context);
    },
    needsReseal: (sealed) => parseSealed(sealed).id !== currentId,
    keyCheck: `${currentId}.${createHmac('sha256', masterKey).update('mainspring key check').digest('base64url')}`,
  };
}

/**
 * Compares a vault with the key check stored at the first start. Throws a SecretError that tells the operator what
 * to do; never lets a server start with a key that cannot open what is stored.
 */
export function assertKeyCheck(stored: string, vault: Vault): void {
  if (stored === vault.keyCheck) return;
  throw wrongKey('what is stored was sealed with another key');
}

function wrongKey(reason: string): SecretError {
  return new SecretError(
    'wrong_master_key',
    `The master key is not the one this data was sealed with: ${reason}. ` +
      'Set MAINSPRING_SECRET_KEY to the earlier key, or put the earlier secret.key back into the data folder.',
  );
}

function encrypt(key: Buffer, plain: string, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, payload: Buffer, context: string): string {
  const nonce = payload.subarray(0, NONCE_BYTES);
  const tag = payload.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(tag);
  try {
    const body = decipher.update(payload.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    throw badValue('it was changed, or belongs to another record');
  }
}

function parseSealed(sealed: string): { id: string; payload: Buffer } {
  const [format, id, encoded, ...rest] = sealed.split('.');
  if (format !== FORMAT || !id || !encoded || rest.length > 0) {
    throw badValue(`it must look like ${FORMAT}.<key>.<data>`);
  }
  const payload = Buffer.from(encoded, 'base64url');
  if (payload.length < NONCE_BYTES + TAG_BYTES) throw badValue('it is cut short');
  return { id, payload };
}

function badValue(reason: string): SecretError {
  return new SecretError('bad_sealed_value', `A sealed value cannot be opened: ${reason}.`);
}

/** Names a key without telling of it. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('mainspring key id').update(key).digest('hex').slice(0, 8);
}

/** One key for one purpose, so that no two uses of the master key can be played against each other. */
function deriveKey(masterKey: Buffer, purpose: string): Buffer {
  return createHmac('sha256', masterKey).update(`mainspring ${purpose}`).digest();
}
