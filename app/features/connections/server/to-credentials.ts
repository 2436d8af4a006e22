import type { Credentials } from '../../../platform/egress/credentials.ts';
import type { SealedContent, Secret } from './secret.ts';

/** Shorter passwords are no secret by themselves; then the user name is one, as some services use it. */
const MIN_SECRET_CHARS = 6;

/** What egress adds to requests. A mail server's data and a signing key are not sent by HTTP, so they add nothing. */
export function toCredentials(name: string, { hosts, secret }: SealedContent): Credentials {
  return {
    name,
    hosts,
    headers: () => headersOf(secret),
    query: () => (secret.kind === 'api_key' && secret.in === 'query' ? { [secret.name]: secret.value } : {}),
    secrets: () => secretsOf(secret),
  };
}

function headersOf(secret: Secret): Readonly<Record<string, string>> {
  switch (secret.kind) {
    case 'api_key':
      return secret.in === 'header' ? { [secret.name]: secret.value } : {};
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}` };
    case 'bearer':
      return { authorization: `Bearer ${secret.token}` };
    case 'custom':
      return secret.headers;
    case 'webhook':
    case 'smtp':
      return {};
  }
}

/** What must not come back in an answer. */
function secretsOf(secret: Secret): readonly string[] {
  switch (secret.kind) {
    case 'api_key':
      return [secret.value];
    case 'basic': {
      const { username, password } = secret;
      const both = `${username}:${password}`;
      return password.length < MIN_SECRET_CHARS ? [both, username] : [both, password];
    }
    case 'bearer':
      return [secret.token];
    case 'custom':
      return Object.values(secret.headers).flatMap(withoutScheme);
    case 'webhook':
      return [secret.secret];
    case 'smtp':
      return [];
  }
}

/** `Token abc`: services send back the second word alone as well. */
function withoutScheme(value: string): readonly string[] {
  const [, rest] = /^[A-Za-z]+ +(\S+)$/.exec(value) ?? [];
  return rest === undefined ? [value] : [value, rest];
}
