import { equalSecrets } from '../../../../platform/secrets/token.ts';
import { singleHeader } from './single-header.ts';
import type { SignedRequest, Verdict, VerifyOptions } from './verify-webhook.ts';

type Options = Extract<VerifyOptions, { type: 'basic' }>;

export const DEFAULT_USERNAME = 'mainspring';

/** HTTP Basic: the user name of the definition (`mainspring` unless told), the secret as password. */
export function verifyBasic(options: Options, secrets: readonly string[], request: SignedRequest): Verdict {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(singleHeader(request, 'authorization') ?? '')?.[1];
  if (encoded === undefined) return refused('The header authorization must hold Basic and user:password in base64.');
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  const username = options.username ?? DEFAULT_USERNAME;
  const known = secrets.some((secret) => equalSecrets(given, `${username}:${secret}`));
  return known ? { kind: 'genuine' } : refused('The user name or the password in the header authorization is wrong.');
}

function refused(reason: string): Verdict {
  return { kind: 'refused', reason };
}
