import type { Verify } from '@mainspring/engine/definition/format.ts';
import { verifyBasic } from './verify-basic.ts';
import { verifyBearer } from './verify-bearer.ts';
import { verifyHmac } from './verify-hmac.ts';
import { verifyStandardWebhooks } from './verify-standard-webhooks.ts';

/** A request to a hook as it came: headers by lower-case name, the body before any parsing. */
export type SignedRequest = {
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: Uint8Array;
};

/** `reason` is for the sender: what was missing or wrong, and what would be right. It never holds a secret. */
export type Verdict = { readonly kind: 'genuine' } | { readonly kind: 'refused'; readonly reason: string };

export type VerifyOptions = Exclude<Verify, string>;

/**
 * Says whether a request comes from someone who knows one of the secrets (two while a secret is being changed).
 * Fails closed: without a usable secret nothing is genuine, unless the way needs none. `now` in milliseconds.
 */
export function verifyWebhook(
  verify: Verify | undefined,
  secrets: readonly string[],
  request: SignedRequest,
  now: number,
): Verdict {
  const options = verifyOptions(verify);
  switch (options.type) {
    case 'none-with-secret-path':
      return GENUINE;
    case 'hmac':
      return verifyHmac(options, secrets, request, now);
    case 'standard-webhooks':
      return verifyStandardWebhooks(options, secrets, request, now);
    case 'basic':
      return verifyBasic(options, secrets, request);
    case 'bearer':
      return verifyBearer(secrets, request);
  }
}

/** The long form of a `verify` that may be written as its bare name, or left out. */
export function verifyOptions(verify: Verify | undefined): VerifyOptions {
  if (verify === undefined) return { type: 'none-with-secret-path' };
  return typeof verify === 'string' ? { type: verify } : verify;
}

/** Whether this way of checking needs a secret that the sender is told. */
export function needsSecret(verify: Verify | undefined): boolean {
  return verifyOptions(verify).type !== 'none-with-secret-path';
}

const GENUINE: Verdict = { kind: 'genuine' };
