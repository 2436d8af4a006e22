/**
 * The only place that opens connections to the outside for what users asked for.
 *
 * Invariants
 * 1. Every connection goes to an address that was checked as public, unless the operator allows its `host:port`. The
 *    address that was checked is the one connected to: names are resolved inside the connect (guarded-connector.ts).
 * 2. Each redirect is a new target: checked again, and without what was meant for the first host.
 * 3. Nothing is unbounded: time to connect, to the headers, between two chunks, and in all; bytes, also after
 *    decompression; redirects; connections to one host.
 * 4. Every failure says whether the request may have been sent.
 * 5. Credentials go to the hosts they are meant for, by https (or to a private host that the operator allows), and
 *    never past a redirect that leaves the first origin, not even where another one leads back. They are cut out of
 *    what comes back.
 */
import { Agent } from 'undici';
import type { Log } from '../log/log.ts';
import { assertMaySend, attachCredentials, type Credentials } from './credentials.ts';
import { cutSecrets, holdsSecret } from './cut-secrets.ts';
import { EgressError, invalidRequest, refused } from './egress-error.ts';
import { exchange, type Progress } from './exchange.ts';
import { directConnector, guardedConnector, type Resolver, resolveByDns } from './guarded-connector.ts';
import { type Hop, nextHop } from './redirect.ts';
import { requestHeaders } from './request-headers.ts';
import { createServiceGuard } from './service-guard.ts';
import { parseAllowedHosts, parseTarget } from './target.ts';
import { toEgressError } from './to-egress-error.ts';

export type EgressRequest = {
  readonly url: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
  /** For the whole call, redirects and body included. Default 30 s. */
  readonly timeoutMs?: number;
  /** Sent as `Idempotency-Key` unless `headers` has its own. */
  readonly idempotencyKey?: string;
  /** Default 10 MB, counted after decompression. */
  readonly maxResponseBytes?: number;
  /** Default 5. With 0 a redirect is an answer like any other. */
  readonly maxRedirects?: number;
  /** Whose call it is: a service that fails or asks to wait is left alone by all of them. Without it, by nobody. */
  readonly scope?: string;
  /** Added to the request by egress itself; refused where it is not for one of their hosts. */
  readonly credentials?: Credentials;
};

export type EgressResponse = {
  readonly status: number;
  /** Names in lower case; several values of one name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed. */
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
};

export type Egress = {
  /** One HTTP call; any status is an answer. Throws an EgressError where there is none. */
  readonly request: (request: EgressRequest) => Promise<EgressResponse>;
  /** Ends idle connections, and waits for calls under way. */
  readonly close: () => Promise<void>;
};

export type EgressLimits = {
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** Between two chunks of the body. */
  readonly idleTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxRedirects: number;
  /** Calls to one origin at a time; more wait their turn, within their own time. */
  readonly connectionsPerOrigin: number;
};

export const DEFAULT_EGRESS_LIMITS: EgressLimits = {
  connectTimeoutMs: 10_000,
  // Long, because a step may be given minutes on purpose; what ends most calls is their whole time.
  headersTimeoutMs: 300_000,
  idleTimeoutMs: 60_000,
  timeoutMs: 30_000,
  maxResponseBytes: 10_485_760,
  maxRedirects: 5,
  connectionsPerOrigin: 64,
};

const MAX_RESPONSE_HEADER_BYTES = 65_536;
const KEEP_ALIVE_MS = 10_000;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

type Options = {
  /** `host:port` entries that may be called although they are private, as written in URLs. */
  readonly allowPrivateHosts: readonly string[];
  readonly log: Pick<Log, 'debug'>;
  /** Addresses of a name; the system's resolver by default. */
  readonly resolver?: Resolver;
  readonly limits?: Partial<EgressLimits>;
  /** For services that are left alone for a time; the system's by default. */
  readonly clock?: Parameters<typeof createServiceGuard>[0];
};

export function createEgress(options: Options): Egress {
  const limits = { ...DEFAULT_EGRESS_LIMITS, ...options.limits };
  const allowed = parseAllowedHosts(options.allowPrivateHosts);
  const resolver = options.resolver ?? resolveByDns;
  const agents = {
    guarded: openAgent(guardedConnector(resolver, limits.connectTimeoutMs), limits),
    direct: openAgent(directConnector(resolver, limits.connectTimeoutMs), limits),
  };
  const world: World = { limits, allowed, agents, log: options.log };
  const guard = createServiceGuard(options.clock ?? SYSTEM_CLOCK);
  return {
    request: (request) => {
      const { scope, signal } = request;
      const origin = URL.parse(request.url)?.origin;
      if (scope === undefined || origin === undefined) return perform(request, world);
      return guard.call({ scope, origin }, () => perform(request, world), signal);
    },
    close: async () => {
      await Promise.all([agents.guarded.close(), agents.direct.close()]);
    },
  };
}

const SYSTEM_CLOCK = { monotonicMs: () => performance.now(), now: () => new Date() };

function openAgent(connect: Agent.Options['connect'] & object, limits: EgressLimits): Agent {
  return new Agent({
    connect,
    connections: limits.connectionsPerOrigin,
    pipelining: 1,
    allowH2: false,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
  });
}

type World = {
  readonly limits: EgressLimits;
  readonly allowed: ReadonlySet<string>;
  readonly agents: { readonly guarded: Agent; readonly direct: Agent };
  readonly log: Pick<Log, 'debug'>;
};

async function perform(request: EgressRequest, world: World): Promise<EgressResponse> {
  const timeoutMs = request.timeoutMs ?? world.limits.timeoutMs;
  const controller = new AbortController();
  const ended = Promise.withResolvers<never>();
  const progress: Progress = { host: '', sent: false, sentThisHop: false, ended: undefined };
  const end = (reason: 'timeout' | 'aborted') => {
    progress.ended ??= reason;
    ended.reject(reason);
    controller.abort();
  };
  const onAbort = () => end('aborted');
  const timer = setTimeout(end, timeoutMs, 'timeout');
  if (request.signal?.aborted) end('aborted');
  request.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    // A request that waits for a connection hears of its end only when its turn comes, so the race is run here.
    return await Promise.race([ended.promise, follow(request, world, progress, controller.signal)]);
  } catch (error) {
    const failure = toEgressError(error, progress, timeoutMs);
    world.log.debug(
      { code: failure.code, host: progress.host, sent: failure.mayHaveBeenSent },
      'an outgoing call failed',
    );
    throw failure;
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

async function follow(
  request: EgressRequest,
  world: World,
  progress: Progress,
  signal: AbortSignal,
): Promise<EgressResponse> {
  const maxRedirects = request.maxRedirects ?? world.limits.maxRedirects;
  const maxBytes = request.maxResponseBytes ?? world.limits.maxResponseBytes;
  const { credentials } = request;
  let hop = firstHop(request);
  let isFirstOrigin = true;
  for (let redirects = 0; ; redirects++) {
    const target = parseTarget(hop.url, world.allowed);
    progress.host = target.hostPort;
    progress.sentThisHop = false;
    signal.throwIfAborted();
    const agent = target.allowedPrivate ? world.agents.direct : world.agents.guarded;
    if (credentials && redirects === 0) assertMaySend(credentials, target);
    const sent = credentials && isFirstOrigin ? attachCredentials(hop, target, credentials) : { hop, url: target.url };
    const answer = await exchange({ agent, ...sent, signal, progress, maxBytes });
    const next = maxRedirects > 0 ? nextHop(hop, answer.status, answer.headers.location) : undefined;
    if (!next) return finish({ ...answer, url: target.url.href }, credentials);
    isFirstOrigin &&= new URL(next.url).origin === target.url.origin;
    if (credentials && !isFirstOrigin) assertLeavesSecretsBehind(next, progress.host, credentials);
    if (redirects === maxRedirects) {
      const message = `The call was redirected more than ${maxRedirects} times, last by ${progress.host}.`;
      throw new EgressError('egress_too_many_redirects', message, { mayHaveBeenSent: true });
    }
    hop = next;
  }
}

function finish(answer: EgressResponse, credentials: Credentials | undefined): EgressResponse {
  return credentials ? cutSecrets(answer, credentials.secrets()) : answer;
}

/** A service may write the query it was called with into the address that it redirects to. */
function assertLeavesSecretsBehind(next: Hop, host: string, credentials: Credentials): void {
  if (!holdsSecret(next.url, credentials.secrets())) return;
  throw refused(`${host} redirected to another host with the access data of the connection in the address.`);
}

function firstHop(request: EgressRequest): Hop {
  const method = (request.method ?? 'GET').toUpperCase();
  if (!METHODS.has(method)) {
    throw invalidRequest(`The method ${JSON.stringify(method.slice(0, 20))} is not one of ${[...METHODS].join(', ')}.`);
  }
  return {
    url: request.url,
    method,
    headers: requestHeaders(request.headers ?? {}, request.idempotencyKey),
    body: request.body,
  };
}
