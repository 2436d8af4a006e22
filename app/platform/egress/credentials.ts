import { refused } from './egress-error.ts';
import { matchesHost } from './host-pattern.ts';
import type { Hop } from './redirect.ts';
import { checkHeaders } from './request-headers.ts';
import type { Target } from './target.ts';

/**
 * Access data that egress adds to requests by itself. What is secret is behind functions, so that no log and no JSON
 * of whatever holds this can show it.
 */
export type Credentials = {
  /** What people call it, for messages. */
  readonly name: string;
  /** Patterns as `parseHostPattern` gives them. */
  readonly hosts: readonly string[];
  /** Win over the request's own of the same name. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Query parameters; they take the place of the request's own of the same name. */
  readonly query: () => Readonly<Record<string, string>>;
  /** Texts that are cut out of answers: a service may send back what it was sent. */
  readonly secrets: () => readonly string[];
};

/** Throws an EgressError where the credentials are not meant for the target. Called before anything leaves. */
export function assertMaySend({ name, hosts }: Credentials, target: Target): void {
  const quoted = JSON.stringify(name);
  if (!hosts.some((pattern) => matchesHost(pattern, target.hostPort))) {
    throw refused(
      `The connection ${quoted} may be used with ${hosts.join(', ')} and not with ${shown(target)}. ` +
        'Call one of its hosts, or add this one to them.',
    );
  }
  if (target.url.protocol !== 'https:' && !target.allowedPrivate) {
    throw refused(`The connection ${quoted} is sent by https alone; the URL begins with ${target.url.protocol}`);
  }
}

/** The request with what the credentials add to it, for this one exchange. */
export function attachCredentials(hop: Hop, target: Target, credentials: Credentials): { hop: Hop; url: URL } {
  const url = new URL(target.url);
  for (const [name, value] of Object.entries(credentials.query())) {
    // Only where it must be: writing parameters anew changes how the others are encoded.
    if (url.searchParams.has(name)) url.searchParams.delete(name);
    url.search += `${url.search === '' ? '?' : '&'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  }
  return { hop: { ...hop, headers: { ...hop.headers, ...checkHeaders(credentials.headers()) } }, url };
}

/** As a pattern would name it. */
function shown({ url, hostPort }: Target): string {
  return url.protocol === 'https:' && url.port === '' ? url.hostname : hostPort;
}
