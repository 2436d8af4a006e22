import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;

/** A new random token of 256 bits: `<prefix>_<43 characters>`. Store only its hash. */
export function generateToken(prefix: string): string {
  return `${prefix}_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

/**
 * SHA-256 of a token, 32 bytes: what is stored and looked up. Enough for tokens, which are random and long; never use
 * it for passwords.
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Compares secrets without telling by its time where they differ, or how long the right one is. */
export function equalSecrets(given: string | Buffer, right: string | Buffer): boolean {
  const digest = (secret: string | Buffer) => createHash('sha256').update(secret).digest();
  return timingSafeEqual(digest(given), digest(right));
}
