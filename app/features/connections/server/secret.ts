/** What is sealed, and the rules for it that its shape does not tell. Pure. */
import type { z } from 'zod';
import { EgressError } from '../../../platform/egress/egress-error.ts';
import { coversHost, parseHostPattern } from '../../../platform/egress/host-pattern.ts';
import { checkHeaders } from '../../../platform/egress/request-headers.ts';
import type { ErrorProblem } from '../../../platform/errors/app-error.ts';
import { parseMailAddress } from '../../../platform/mail/mail-address.ts';
import { MailError } from '../../../platform/mail/mail-error.ts';
import type { ConnectionKind } from '../connection-kind.ts';
import { type NewConnection, secretSchemas } from '../contract.ts';

export type SecretOf<Kind extends ConnectionKind> = z.output<(typeof secretSchemas)[Kind]>;

/** A secret with its kind. */
export type Secret = { readonly [Kind in ConnectionKind]: { readonly kind: Kind } & SecretOf<Kind> }[ConnectionKind];

/** Sealed as JSON. The hosts are in it, so that changing them in the database changes nothing. */
export type SealedContent = { readonly hosts: readonly string[]; readonly secret: Secret };

export type Checked<Value> =
  | { readonly kind: 'fits'; readonly value: Value }
  | { readonly kind: 'misfit'; readonly problems: readonly ErrorProblem[] };

/** The secret and the hosts of a connection that is to be made. Messages tell of no value. */
export function checkNewConnection({ kind, hosts, secret: given }: NewConnection): Checked<SealedContent> {
  const checked = checkSecret(kind, given);
  if (checked.kind === 'misfit') return checked;
  const secret = checked.value;
  if (secret.kind === 'smtp') {
    if (hosts !== undefined) return misfit('/hosts', 'is not for a mail server: its host stands in the url');
    return { kind: 'fits', value: { hosts: [mailHostOf(secret)], secret } };
  }
  if (hosts === undefined) return misfit('/hosts', 'is missing: name the hosts that the secret may be sent to');
  const patterns = checkHosts(hosts);
  return patterns.kind === 'fits' ? { kind: 'fits', value: { hosts: patterns.value, secret } } : patterns;
}

/** A secret in the form of its kind. */
export function checkSecret(kind: ConnectionKind, given: unknown): Checked<Secret> {
  const parsed = secretSchemas[kind].safeParse(given);
  if (!parsed.success) return { kind: 'misfit', problems: parsed.error.issues.map(toProblem) };
  const secret = { kind, ...parsed.data } as Secret;
  const problems = findSecretFaults(secret);
  return problems.length > 0 ? { kind: 'misfit', problems } : { kind: 'fits', value: secret };
}

/** In the form that URLs have, each once. */
export function checkHosts(given: readonly string[]): Checked<readonly string[]> {
  const parsed = given.map(parseHostPattern);
  const problems = parsed.flatMap((pattern, index): ErrorProblem[] => {
    if (pattern !== undefined) return [];
    const message = 'is not a host; write api.example.com, *.example.com, or either with :port';
    return [{ path: `/hosts/${index}`, message, code: 'invalid_host' }];
  });
  if (problems.length > 0) return { kind: 'misfit', problems };
  return { kind: 'fits', value: [...new Set(parsed as string[])] };
}

/** Those of `wanted` that the former hosts do not mean already. */
export function addedHosts(former: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((host) => !former.some((pattern) => coversHost(pattern, host)));
}

/** The one that stands in its URL, always with the port. */
export function mailHostOf({ url: text }: SecretOf<'smtp'>): string {
  const url = new URL(text);
  return `${url.hostname}:${url.port || (url.protocol === 'smtps:' ? SMTPS_PORT : SMTP_PORT)}`;
}

const SMTPS_PORT = 465;
const SMTP_PORT = 587;

function findSecretFaults(secret: Secret): readonly ErrorProblem[] {
  switch (secret.kind) {
    case 'api_key':
      if (secret.in === 'query') return findTextFaults(secret.value, '/secret/value');
      return findHeaderFaults({ [secret.name]: secret.value }, '/secret');
    case 'basic':
      if (secret.username.includes(':')) return [fault('/secret/username', 'must not hold a colon (RFC 7617)')];
      if (secret.username === '' && secret.password === '') return [fault('/secret', 'needs a username or a password')];
      return findTextFaults(secret.username + secret.password, '/secret');
    case 'bearer':
      return findHeaderFaults({ authorization: `Bearer ${secret.token}` }, '/secret/token');
    case 'custom':
      return findHeaderFaults(secret.headers, '/secret/headers');
    case 'webhook':
      return findTextFaults(secret.secret, '/secret/secret');
    case 'smtp':
      return findMailFaults(secret);
  }
}

function findHeaderFaults(headers: Readonly<Record<string, string>>, path: string): readonly ErrorProblem[] {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (new Set(names).size < names.length) return [fault(path, 'names a header twice')];
  if (names.includes('idempotency-key')) return [fault(path, 'names Idempotency-Key, which each step has for itself')];
  try {
    checkHeaders(headers);
    return [];
  } catch (error) {
    // Its message has the name, which may be a secret in the wrong place.
    if (error instanceof EgressError) return [fault(path, UNFIT_HEADER)];
    throw error;
  }
}

const UNFIT_HEADER =
  'cannot be sent as a header: names are letters, digits and -, values have no line break and no character outside ' +
  'Latin-1, and Host, Content-Length and the like are set by the connection';

function findTextFaults(text: string, path: string): readonly ErrorProblem[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text) ? [fault(path, 'holds a line break or another control character')] : [];
}

function findMailFaults({ url: text, from }: SecretOf<'smtp'>): readonly ErrorProblem[] {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    return [fault('/secret/url', 'must look like smtps://user:password@mail.example.com:465')];
  }
  if (url.search !== '' || url.hash !== '' || (url.pathname !== '' && url.pathname !== '/')) {
    return [fault('/secret/url', 'must end after the port')];
  }
  try {
    if (from !== undefined) parseMailAddress(from, 'from');
    return [];
  } catch (error) {
    if (error instanceof MailError) return [fault('/secret/from', 'must be one mail address')];
    throw error;
  }
}

function misfit(path: string, message: string): Checked<never> {
  return { kind: 'misfit', problems: [{ path, message, code: 'invalid_connection' }] };
}

function toProblem(issue: z.core.$ZodIssue): ErrorProblem {
  // Not the path as given: below `headers` it holds what the caller wrote, which may be a secret in the wrong place.
  const path = ['', 'secret', ...issue.path.slice(0, 1).map(String)].join('/');
  const message = issue.code === 'unrecognized_keys' ? 'has a key that is not known' : issue.message;
  return { path, message, code: issue.code };
}

function fault(path: string, message: string): ErrorProblem {
  return { path, message, code: 'invalid_secret' };
}
