/** The whole API over a real database and a running worker, for tests: two organizations, each with a key. */
import type { AddressInfo } from 'node:net';
import { simulate } from '@mainspring/engine/simulate/simulate.ts';
import { type Action, actionFacts } from '@mainspring/sdk/action.ts';
import { createDryPerform } from '@mainspring/sdk/dry-perform.ts';
import { pino } from 'pino';
import type { AttemptLimits } from '../../features/identity/server/auth-attempts.ts';
import type { IdentitySettings } from '../../features/identity/server/identity-settings.ts';
import { createApiKey } from '../../platform/auth/create-api-key.ts';
import type { PrivateHost } from '../../platform/config/config.ts';
import { type Database, openDatabase, type Transaction } from '../../platform/db/database.ts';
import type { Connection } from '../../platform/db/embedded/start-embedded-postgres.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/db/testing/create-test-database.ts';
import type { Resolver } from '../../platform/egress/guarded-connector.ts';
import { closeHttpServer, createHttpServer } from '../../platform/http/create-http-server.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { newId } from '../../platform/ids/id.ts';
import type { Log } from '../../platform/log/log.ts';
import { createMetrics } from '../../platform/metrics/metrics.ts';
import type { RateLimitOptions } from '../../platform/rate-limit/rate-limits.ts';
import { createLocalMasterKeys, type MasterKeys } from '../../platform/secrets/master-keys.ts';
import { createVault } from '../../platform/secrets/vault.ts';
import { createRuntime, type RunningRuntime } from '../../runtime/create-runtime.ts';
import { addApi } from '../create-api.ts';
import { createOutside, type Outside } from '../create-outside.ts';
import { addHealthRoutes } from '../health-routes.ts';

export type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every route
  readonly body: any;
  readonly headers: { readonly [name: string]: unknown };
};

export type Sent = {
  readonly body?: unknown;
  /** Instead of `body`: as it stands. */
  readonly raw?: string | Buffer;
  readonly headers?: { readonly [name: string]: string };
};

export type Caller = {
  readonly organizationId: string;
  readonly apiKey: string;
  readonly get: (url: string, sent?: Sent) => Promise<Answer>;
  readonly post: (url: string, body?: unknown, sent?: Sent) => Promise<Answer>;
  readonly patch: (url: string, body?: unknown, sent?: Sent) => Promise<Answer>;
  readonly delete: (url: string) => Promise<Answer>;
};

export type TestApi = {
  readonly server: HttpServer;
  readonly db: TestDatabase;
  readonly runtime: RunningRuntime;
  /** The address of the real socket. */
  readonly url: string;
  readonly one: Caller;
  readonly two: Caller;
  readonly send: (method: Method, url: string, sent?: Sent) => Promise<Answer>;
  /** Takes away or gives back readiness. */
  readonly setReady: (ready: boolean) => void;
  readonly stop: () => Promise<void>;
};

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';

const KEY_BYTES = 32;
const MANY_ATTEMPTS: AttemptLimits = { perAddress: 10_000, perAccountAndAddress: 10_000, perAccount: 10_000 };

export type TestApiOptions = {
  readonly actions?:
    | readonly Action<Transaction>[]
    | ((db: Database, log: Log, outside: Outside) => readonly Action<Transaction>[]);
  /** `host:port` of private services that may be called. Default none. */
  readonly allowPrivateHosts?: readonly string[];
  /** Addresses of names that are called. Default: the system's. */
  readonly resolver?: Resolver;
  /** Default: one key, the same in every test. */
  readonly masterKeys?: MasterKeys;
  readonly now?: () => number;
  readonly rateLimits?: RateLimitOptions;
  /** Default: so many attempts to sign in that no test meets the limit. */
  readonly attemptLimits?: AttemptLimits;
  readonly identity?: IdentitySettings;
  /** Logs nothing, for tests that break the server on purpose. */
  readonly quiet?: boolean;
  /** Another way to the same database. */
  readonly connect?: (direct: Connection) => Promise<Connection>;
  /** Whose rows the transaction of an organization sees, for tests that set a wall wrong. Its own by default. */
  readonly tenantOf?: (organizationId: string) => string;
  /** Hears of every request that failed by a bug, and of all else that is logged as an error. */
  readonly onError?: (line: string) => void;
};

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const db = await createTestDatabase();
  const { onError, tenantOf } = options;
  const level = options.connect || options.quiet ? 'silent' : 'error';
  const log = onError ? pino({ level: 'error' }, { write: onError }) : pino({ level });
  const connection = (await options.connect?.(db.connection)) ?? db.connection;
  const opened = options.connect ? await openDatabase({ connection, log, applicationName: 'test' }) : db;
  const used: Database = tenantOf
    ? { ...opened, withTenant: (organizationId, work) => opened.withTenant(tenantOf(organizationId), work) }
    : opened;
  const outside = createOutside(
    { allowPrivateHosts: (options.allowPrivateHosts ?? []).map(toPrivateHost) },
    {
      db: used,
      masterKeys: options.masterKeys ?? createLocalMasterKeys([Buffer.alloc(KEY_BYTES, 1)]),
      log,
      ...(options.resolver && { resolver: options.resolver }),
    },
  );
  const given = typeof options.actions === 'function' ? options.actions(used, log, outside) : (options.actions ?? []);
  const actions = new Map(given.map((action) => [action.type, action]));
  const runtime = createRuntime({
    db: used,
    connection,
    actions,
    roles: { worker: true, scheduler: false },
    leaseMs: 10_000,
    retentionDays: 90,
    newId,
    log,
  });
  const metrics = createMetrics();
  const server = await createHttpServer({ log, metrics });
  let ready = true;
  let url = '';
  addHealthRoutes(server, { db: used, metrics, isReady: () => ready });
  await addApi(server, {
    db: used,
    runtime,
    actions,
    simulate: async (asked) => ({
      kind: 'done',
      result: simulate({
        ...asked,
        catalogue: { find: factsOf(actions) },
        perform: createDryPerform(anyAction(actions)),
      }),
    }),
    vault: createVault(Buffer.alloc(KEY_BYTES, 1)),
    outside,
    publicUrl: () => url,
    now: options.now ?? Date.now,
    attemptLimits: options.attemptLimits ?? MANY_ATTEMPTS,
    ...(options.identity && { identity: options.identity }),
    ...(options.rateLimits && { rateLimits: options.rateLimits }),
  });
  await runtime.start();
  await server.listen({ host: '127.0.0.1', port: 0 });
  const [address] = server.addresses() as AddressInfo[];
  url = `http://127.0.0.1:${address?.port}`;
  const send = (method: Method, path: string, sent: Sent = {}) => inject(server, method, path, sent);

  return {
    server,
    db,
    runtime,
    url,
    one: await createCaller(db, send),
    two: await createCaller(db, send),
    send,
    setReady: (value) => {
      ready = value;
    },
    stop: async () => {
      await closeHttpServer(server, 1000);
      await runtime.stop();
      if (opened !== db) await opened.close();
      await db.drop();
    },
  };
}

function toPrivateHost(text: string): PrivateHost {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
}

type Actions = ReadonlyMap<string, Action<Transaction>>;

function factsOf(actions: Actions) {
  return (type: string) => {
    const action = actions.get(type);
    return action && actionFacts(action);
  };
}

/** A dry run has no transaction, and no action asks for one there. */
function anyAction(actions: Actions) {
  return (type: string) => actions.get(type) as Action<unknown> | undefined;
}

async function createCaller(db: TestDatabase, send: TestApi['send']): Promise<Caller> {
  const organizationId = newId();
  await db.engine.query('insert into organizations (id, name) values ($1, $2)', [organizationId, 'Test']);
  const apiKey = await createApiKey(db.engine, { organizationId, name: 'test', by: { kind: 'system' } });
  const signed = (method: Method, url: string, sent: Sent = {}) =>
    send(method, url, { ...sent, headers: { authorization: `Bearer ${apiKey}`, ...sent.headers } });
  return {
    organizationId,
    apiKey,
    get: (url, sent) => signed('GET', url, sent),
    post: (url, body, sent) => signed('POST', url, { ...sent, body }),
    patch: (url, body, sent) => signed('PATCH', url, { ...sent, body }),
    delete: (url) => signed('DELETE', url),
  };
}

async function inject(server: HttpServer, method: Method, url: string, { body, raw, headers }: Sent): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await server.inject({
    method,
    url,
    headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(payload !== undefined && { payload }),
  });
  return { status: answer.statusCode, body: readBody(answer.payload), headers: answer.headers };
}

function readBody(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}
