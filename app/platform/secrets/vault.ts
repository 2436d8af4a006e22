/**
 * Seals short secrets at rest with AES-256-GCM, under one key that is itself kept wrapped by the master key.
 *
 * Invariants
 * 1. A sealed value opens only under the context it was sealed for (`org/connection/field`), so that a value copied
 *    to another row does not open there.
 * 2. A sealed value names the key it was sealed with.
 */
import { createHmac } from 'node:crypto';
import { badSealedValue, decrypt, deriveKey, encrypt, keyIdOf } from './cipher.ts';
import { wrongMasterKey } from './master-keys.ts';

const FORMAT = 'v1';

export type Vault = {
  /** `v1.<key id>.<base64url of nonce, tag and cipher text>`. */
  readonly seal: (plain: string, context: string) => string;
  /** Throws a SecretError where the key is another, the context is another, or the value was changed. */
  readonly open: (sealed: string, context: string) => string;
  /** 32 bytes that are the same for the same text, and by which nobody without the key can try texts out. */
  readonly digest: (text: string) => Buffer;
};

/** `rootKey`: 32 bytes. */
export function createVault(rootKey: Buffer): Vault {
  const ownId = keyIdOf(rootKey);
  const key = deriveKey(rootKey, 'seal');
  const digestKey = deriveKey(rootKey, 'digest');

  return {
    seal: (plain, context) =>
      `${FORMAT}.${ownId}.${encrypt(key, Buffer.from(plain, 'utf8'), context).toString('base64url')}`,
    open(sealed, context) {
      const { id, payload } = parseSealed(sealed);
      if (id !== ownId) throw wrongMasterKey(id, [ownId]);
      return decrypt(key, payload, context).toString('utf8');
    },
    digest: (text) => createHmac('sha256', digestKey).update(text, 'utf8').digest(),
  };
}

function parseSealed(sealed: string): { id: string; payload: Buffer } {
  const [format, id, encoded, ...rest] = sealed.split('.');
  if (format !== FORMAT || !id || !encoded || rest.length > 0) {
    throw badSealedValue(`it must look like ${FORMAT}.<key>.<data>`);
  }
  return { id, payload: Buffer.from(encoded, 'base64url') };
}
