import { equalSecrets } from '../../../../platform/secrets/token.ts';
import { singleHeader } from './single-header.ts';
import type { SignedRequest, Verdict } from './verify-webhook.ts';

/** The secret as a bearer token. */
export function verifyBearer(secrets: readonly string[], request: SignedRequest): Verdict {
  const token = /^bearer +(\S+) *$/i.exec(singleHeader(request, 'authorization') ?? '')?.[1];
  if (token === undefined) return refused('The header authorization must hold Bearer and the secret.');
  const known = secrets.some((secret) => equalSecrets(token, secret));
  return known ? { kind: 'genuine' } : refused('The token in the header authorization is wrong.');
}

function refused(reason: string): Verdict {
  return { kind: 'refused', reason };
}
