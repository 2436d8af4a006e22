/**
 * The service that workflows call. It notes each request with its key the moment it arrives and again when it does the
 * work, and is as unreliable as a seed says: slow, silent, dripping, cutting off before or after the work.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRandom, seedOf } from '../random.ts';
import { CALLER_HEADER } from './prelude.ts';

export type Behaviour =
  | 'answer'
  | 'slow'
  | 'hang'
  | 'drip'
  | 'reset-before-reading'
  | 'too-many'
  | 'unavailable'
  | 'do-then-reset'
  | 'do-then-fail'
  | 'do-then-hang';

export type Call = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Empty where none came: itself a fault. */
  readonly key: string;
  /** Which step of which workflow, as the path says. */
  readonly path: string;
  /** The process that called. */
  readonly caller: string;
  readonly behaviour: Behaviour;
  readonly body: Readonly<Record<string, unknown>>;
  /** The caller hung up before the answer was complete: it cannot know what became of its call. */
  readonly abandoned: boolean;
};

/** Each calls a service of its own: one that is left alone for a while holds up no other. */
export const SERVICES = ['charge', 'once', 'child', 'ordered', 'pinned'] as const;
export type Service = (typeof SERVICES)[number];

export type WorldStub = {
  readonly ports: Readonly<Record<Service, number>>;
  readonly calls: readonly Call[];
  readonly close: () => Promise<void>;
};

/** Of a thousand calls; the rest are answered. */
const SHARES: Readonly<Record<Exclude<Behaviour, 'answer'>, number>> = {
  slow: 30,
  hang: 10,
  drip: 10,
  'reset-before-reading': 30,
  'too-many': 40,
  unavailable: 30,
  'do-then-reset': 30,
  'do-then-fail': 20,
  'do-then-hang': 10,
};
const SHARE_OF = 1_000;
const QUICK_MS = [2, 250] as const;
const SLOW_MS = 1_200;
const DRIP_MS = 100;
/** Seconds, a date, absurd, none. */
const RETRY_AFTERS = ['1', 'date', '999999999', null];

/** True where the work was done, or may have been as far as the caller can know. */
export function isUncertain(behaviour: Behaviour): boolean {
  switch (behaviour) {
    case 'too-many':
      return false;
    case 'answer':
    case 'slow':
    case 'hang':
    case 'drip':
    case 'reset-before-reading':
    case 'unavailable':
    case 'do-then-reset':
    case 'do-then-fail':
    case 'do-then-hang':
      return true;
  }
}

/** True where the stub's own answer makes a careful caller come again with the same key. */
export function asksForMore(behaviour: Behaviour): boolean {
  return behaviour !== 'answer' && behaviour !== 'slow';
}

export async function startWorldStub(options: { readonly host: string; readonly seed: number }): Promise<WorldStub> {
  const calls: Call[] = [];
  const counts = new Map<string, number>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const key = headerOf(request, 'idempotency-key');
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const random = createRandom(seedOf(`${options.seed}/${request.url}/${calls.length}/${count}`));
    const behaviour = chooseBehaviour(random.next());
    // Noted before the body is read: a call cut off half-way was made all the same.
    const call = { at: Date.now(), key, path: request.url ?? '', caller: headerOf(request, CALLER_HEADER), behaviour };
    const noted: { -readonly [Name in keyof Call]: Call[Name] } = { ...call, body: {}, abandoned: false };
    calls.push(noted);
    response.once('close', () => {
      noted.abandoned = !response.writableFinished;
    });
    if (behaviour === 'reset-before-reading') {
      request.socket.destroy();
      return;
    }
    void readBody(request).then((body) => {
      noted.body = body;
      behave(behaviour, response, random.between(...QUICK_MS), RETRY_AFTERS[random.between(0, 3)] ?? null);
    });
  };
  const servers = await Promise.all(SERVICES.map(() => listen(answer, options.host)));
  const portOf = (index: number) => (servers[index] as Server).address() as AddressInfo;
  return {
    ports: Object.fromEntries(SERVICES.map((name, index) => [name, portOf(index).port])) as WorldStub['ports'],
    calls,
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}

async function listen(answer: RequestListener, host: string): Promise<Server> {
  const server = createServer(answer);
  server.on('clientError', (_, socket) => socket.destroy());
  server.listen(0, host);
  await once(server, 'listening');
  return server;
}

function chooseBehaviour(at: number): Behaviour {
  let left = at * SHARE_OF;
  for (const [behaviour, share] of Object.entries(SHARES)) {
    left -= share;
    if (left < 0) return behaviour as Behaviour;
  }
  return 'answer';
}

function behave(behaviour: Behaviour, response: ServerResponse, quickMs: number, retryAfter: string | null): void {
  const answer = (status: number) => response.writeHead(status).end();
  switch (behaviour) {
    case 'answer':
      setTimeout(done, quickMs, response);
      break;
    case 'slow':
      setTimeout(done, SLOW_MS, response);
      break;
    case 'drip':
      drip(response);
      break;
    case 'too-many':
      setTimeout(refuse, quickMs, response, retryAfter);
      break;
    case 'unavailable':
      setTimeout(answer, quickMs, 503);
      break;
    case 'do-then-fail':
      setTimeout(answer, quickMs, 500);
      break;
    case 'do-then-reset':
      setTimeout(() => response.socket?.destroy(), quickMs);
      break;
    case 'hang':
    case 'do-then-hang':
    case 'reset-before-reading':
      break;
  }
}

function done(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
}

function refuse(response: ServerResponse, retryAfter: string | null): void {
  const value = retryAfter === 'date' ? new Date(Date.now() + 1_000).toUTCString() : retryAfter;
  response.writeHead(429, value === null ? {} : { 'retry-after': value }).end();
}

/** One byte at a time, for ever. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  const timer = setInterval(() => response.write('.'), DRIP_MS);
  timer.unref();
  response.on('close', () => clearInterval(timer));
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  try {
    let text = '';
    for await (const chunk of request) text += chunk;
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Cut off half-way: the key is all that is known of it.
    return {};
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
