import { invalidRequest, refused } from './egress-error.ts';

/** One request of a call: the first, or one that a redirect led to. */
export type Hop = {
  readonly url: string;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** All that goes on to another origin. Whatever else the caller set may be a secret meant for the first. */
const SAFE_ELSEWHERE: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'idempotency-key',
  'user-agent',
]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The request that a redirect asks for, by the rules of WHATWG Fetch; undefined where the answer is none. The new URL
 * is not checked here: it is a target like the first.
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (!isRedirect(status) || location === undefined) return undefined;
  const from = new URL(hop.url);
  const to = URL.parse(location, hop.url);
  if (!to) throw invalidRequest(`${from.host} redirected to a URL that is not valid.`);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw refused(`${from.host} redirected from https to http, where the request would be open to be read.`);
  }
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status <= 302 && hop.method === 'POST';
  const headers = Object.entries(hop.headers).filter(
    ([name]) => (from.origin === to.origin || SAFE_ELSEWHERE.has(name)) && !(becomesGet && name.startsWith('content-')),
  );
  return {
    url: to.href,
    method: becomesGet ? 'GET' : hop.method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : hop.body,
  };
}
