/** AES-256-GCM, and keys made of keys. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { SecretError } from './secret-error.ts';

/** Of master keys and data keys alike. */
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Nonce, tag and cipher text. It opens under the same key and context alone. */
export function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Throws a SecretError `bad_sealed_value` where key or context are others, or any byte was changed. */
export function decrypt(key: Buffer, payload: Buffer, context: string): Buffer {
  if (payload.length < NONCE_BYTES + TAG_BYTES) throw badSealedValue('it is cut short');
  const nonce = payload.subarray(0, NONCE_BYTES);
  const tag = payload.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(tag);
  try {
    const body = decipher.update(payload.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([body, decipher.final()]);
  } catch {
    throw badSealedValue('it was changed, or belongs to another record');
  }
}

/** One key for one purpose, so that no two uses of a key can be played against each other. */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return createHmac('sha256', key).update(`mainspring ${purpose}`).digest();
}

/** Names a key without telling of it: 8 hexadecimal digits. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('mainspring key id').update(key).digest('hex').slice(0, 8);
}

export function badSealedValue(reason: string): SecretError {
  return new SecretError('bad_sealed_value', `A sealed value cannot be opened: ${reason}.`);
}
