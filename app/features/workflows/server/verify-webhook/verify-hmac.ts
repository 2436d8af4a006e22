import { createHmac } from 'node:crypto';
import { equalSecrets } from '../../../../platform/secrets/token.ts';
import { isNear, readTimestamp, toleranceMs } from './check-age.ts';
import { singleHeader } from './single-header.ts';
import type { SignedRequest, Verdict, VerifyOptions } from './verify-webhook.ts';

type Options = Extract<VerifyOptions, { type: 'hmac' }>;

const DEFAULT_HEADER = 'x-signature';
const DEFAULT_TIMESTAMP_HEADER = 'x-timestamp';

/**
 * HMAC of the raw body, keyed with the secret's text, in a header (`x-signature`, SHA-256, hexadecimal unless told).
 * With `timestampHeader` or `tolerance`, the signed content is `<timestamp>.<body>`: a time that is not signed would
 * not keep anyone from sending an old request again.
 */
export function verifyHmac(options: Options, secrets: readonly string[], request: SignedRequest, now: number): Verdict {
  const header = options.header ?? DEFAULT_HEADER;
  const given = singleHeader(request, header);
  if (given === undefined) return refused(`The header ${header} is missing. It must hold the HMAC of the raw body.`);
  const prefix = options.prefix ?? '';
  if (!given.startsWith(prefix)) return refused(`The header ${header} must start with ${prefix}.`);
  const signature = decode(given.slice(prefix.length), options.encoding ?? 'hex');
  if (signature === undefined) return refused(`The header ${header} is not written in ${options.encoding ?? 'hex'}.`);

  const parts: (string | Uint8Array)[] = [request.body];
  if (options.timestampHeader !== undefined || options.tolerance !== undefined) {
    const timestampHeader = options.timestampHeader ?? DEFAULT_TIMESTAMP_HEADER;
    const timestamp = singleHeader(request, timestampHeader);
    const at = readTimestamp(timestamp);
    if (timestamp === undefined || at === undefined) {
      return refused(`The header ${timestampHeader} must hold the time of sending, in seconds since 1970.`);
    }
    if (!isNear(at, now, toleranceMs(options.tolerance))) {
      return refused(`The time in the header ${timestampHeader} is too far from now.`);
    }
    parts.unshift(`${timestamp}.`);
  }
  const known = secrets.some((secret) => equalSecrets(sign(options.algorithm ?? 'sha256', secret, parts), signature));
  return known ? { kind: 'genuine' } : refused(`The signature in the header ${header} does not match the body.`);
}

function sign(algorithm: string, secret: string, parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac(algorithm, secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

function decode(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  switch (encoding) {
    case 'hex':
      return /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
    case 'base64':
      return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  }
}

function refused(reason: string): Verdict {
  return { kind: 'refused', reason };
}
