import { createHmac } from 'node:crypto';
import { equalSecrets } from '../../../../platform/secrets/token.ts';
import { isNear, readTimestamp, toleranceMs } from './check-age.ts';
import { singleHeader } from './single-header.ts';
import type { SignedRequest, Verdict, VerifyOptions } from './verify-webhook.ts';

type Options = Extract<VerifyOptions, { type: 'standard-webhooks' }>;

const SECRET_PREFIX = 'whsec_';
/** A secret that was meant for another way of checking may hold no key at all; an empty key would sign for anyone. */
const SHORTEST_KEY_BYTES = 16;

/**
 * Standard Webhooks 1.0 (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md),
 * symmetric signatures. Written here and not taken from the package `standardwebhooks`, which reads the system clock,
 * has a fixed tolerance and signs decoded text where the raw bytes count; the tests hold it against that package.
 */
export function verifyStandardWebhooks(
  options: Options,
  secrets: readonly string[],
  request: SignedRequest,
  now: number,
): Verdict {
  const id = singleHeader(request, 'webhook-id');
  const timestamp = singleHeader(request, 'webhook-timestamp');
  const signatures = singleHeader(request, 'webhook-signature');
  if (!id || !timestamp || !signatures) {
    return refused('The headers webhook-id, webhook-timestamp and webhook-signature must all be given.');
  }
  const at = readTimestamp(timestamp);
  if (at === undefined) return refused('The header webhook-timestamp must hold whole seconds since 1970.');
  if (!isNear(at, now, toleranceMs(options.tolerance))) {
    return refused('The time in the header webhook-timestamp is too far from now.');
  }
  const given = signatures.split(' ').flatMap((signature) => {
    const [version, value] = signature.split(',');
    return version === 'v1' && value ? [Buffer.from(value, 'base64')] : [];
  });
  const known = secrets.some((secret) => {
    const key = keyOf(secret);
    if (key.length < SHORTEST_KEY_BYTES) return false;
    const expected = sign(key, `${id}.${timestamp}.`, request.body);
    // Every signature is compared, so that the time taken says nothing about which one fitted.
    return given.filter((signature) => equalSecrets(signature, expected)).length > 0;
  });
  return known ? { kind: 'genuine' } : refused('No signature in the header webhook-signature matches the body.');
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret, 'base64');
}

function sign(key: Buffer, head: string, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(head).update(body).digest();
}

function refused(reason: string): Verdict {
  return { kind: 'refused', reason };
}
