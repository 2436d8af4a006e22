/**
 * Envelope encryption: every secret has a random data key of its own, and the data key is wrapped by a master key.
 *
 * Invariants
 * 1. Secret and data key open only for the context they were sealed for, so that what is copied to another record, or
 *    kept back from an earlier version of the same one, does not open there.
 * 2. Changing the master key changes `keyId` and `dataKey` alone; the secret is neither opened nor sealed again.
 */
import { randomBytes } from 'node:crypto';
import { badSealedValue, decrypt, encrypt, KEY_BYTES } from './cipher.ts';
import type { MasterKeys } from './master-keys.ts';

export type WrappedKey = {
  /** Of the master key. */
  readonly keyId: string;
  /** The data key, wrapped. */
  readonly dataKey: Buffer;
};

export type Envelope = WrappedKey & {
  /** A byte for the format, then nonce, tag and cipher text. */
  readonly sealed: Buffer;
};

const FORMAT = 1;

/** Seals under a new data key, which the master key named wraps. */
export async function sealEnvelope(
  masterKeys: Pick<MasterKeys, 'wrap'>,
  keyId: string,
  plain: string,
  context: string,
): Promise<Envelope> {
  const key = randomBytes(KEY_BYTES);
  try {
    const dataKey = await masterKeys.wrap(keyId, key, context);
    const body = encrypt(key, Buffer.from(plain, 'utf8'), context);
    return { keyId, dataKey, sealed: Buffer.concat([Buffer.of(FORMAT), body]) };
  } finally {
    key.fill(0);
  }
}

/** Throws a SecretError: `wrong_master_key`, or `bad_sealed_value` where it was changed, cut or moved. */
export async function openEnvelope(
  masterKeys: Pick<MasterKeys, 'unwrap'>,
  { keyId, dataKey, sealed }: Envelope,
  context: string,
): Promise<string> {
  if (sealed[0] !== FORMAT) throw badSealedValue('its format is unknown');
  const key = await masterKeys.unwrap(keyId, dataKey, context);
  try {
    return decrypt(key, sealed.subarray(1), context).toString('utf8');
  } finally {
    key.fill(0);
  }
}

/** The same data key under another master key. Throws as `openEnvelope` does. */
export async function rewrapKey(
  masterKeys: Pick<MasterKeys, 'wrap' | 'unwrap'>,
  wrapped: WrappedKey,
  toKeyId: string,
  context: string,
): Promise<WrappedKey> {
  const key = await masterKeys.unwrap(wrapped.keyId, wrapped.dataKey, context);
  try {
    return { keyId: toKeyId, dataKey: await masterKeys.wrap(toKeyId, key, context) };
  } finally {
    key.fill(0);
  }
}
