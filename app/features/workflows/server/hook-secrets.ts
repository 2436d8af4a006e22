/** What a hook keeps sealed: the token in its address and the secret that senders sign with. */
import { randomBytes } from 'node:crypto';
import { hashToken } from '../../../platform/secrets/token.ts';
import type { Vault } from '../../../platform/secrets/vault.ts';

export type HookName = { readonly organizationId: string; readonly workflowId: string; readonly triggerId: string };

const RANDOM_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const STANDARD_SECRET = /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/;

export function newHookToken(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}

/** Undefined for what was never a token. */
export function hashHookToken(token: string): Buffer | undefined {
  return TOKEN.test(token) ? hashToken(token) : undefined;
}

/** One form for every way of checking: the text is a password or an HMAC key, the base64 in it a Standard Webhooks key. */
export function newHookSecret(): string {
  return `whsec_${randomBytes(RANDOM_BYTES).toString('base64')}`;
}

/** At least 24 bytes, as the specification of Standard Webhooks asks. */
export function isStandardSecret(secret: string): boolean {
  return STANDARD_SECRET.test(secret);
}

export function sealHookToken(vault: Vault, hook: HookName, token: string): string {
  return vault.seal(token, context(hook, 'token'));
}

export function openHookToken(vault: Vault, hook: HookName, sealed: string): string {
  return vault.open(sealed, context(hook, 'token'));
}

export function sealHookSecret(vault: Vault, hook: HookName, secret: string): string {
  return vault.seal(secret, context(hook, 'secret'));
}

export function openHookSecret(vault: Vault, hook: HookName, sealed: string): string {
  return vault.open(sealed, context(hook, 'secret'));
}

function context({ organizationId, workflowId, triggerId }: HookName, field: 'token' | 'secret'): string {
  return `${organizationId}/hook/${workflowId}/${triggerId}/${field}`;
}
