import { Kysely, type Transaction as KyselyTransaction, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Connection } from './embedded/start-embedded-postgres.ts';
import type { Log } from './log.ts';
import { parseColumn } from './parse-column.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import type { DB } from './tables.generated.ts';

export type Tables = DB;

/** An open transaction in which only one organization's rows exist. */
export type Transaction = KyselyTransaction<Tables>;

/**
 * The ways into the database, each with its own connections and rights:
 *
 * | | role | sees |
 * |---|---|---|
 * | `owner` | the login user | owns the tables: migrations and partitions only |
 * | `engine` | `mainspring_engine` | the rows of every organization: the runner |
 * | `tenant`, `tenantPool` | `mainspring_tenant` | the organization named in the transaction; without one, every query of a protected table fails |
 */
export type Database = {
  readonly owner: pg.Pool;
  readonly engine: pg.Pool;
  readonly tenant: Kysely<Tables>;
  readonly tenantPool: pg.Pool;
  /**
   * Runs `work` in one transaction that sees and changes only this organization's rows. Run again as a whole on a
   * serialization failure or deadlock, so it must do nothing outside the database.
   */
  withTenant<T>(organizationId: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs `work` between BEGIN and COMMIT as the engine; rolls back where it throws. Not run again by itself. */
  engineTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export type DatabaseOptions = ({ readonly connection: Connection } | { readonly url: string }) & {
  readonly log: Log;
  /** Shown by `pg_stat_activity`. */
  readonly applicationName: string;
  /** Most connections of the engine's and the tenants' pool, each. Default 8. */
  readonly poolSize?: number;
};

/**
 * Prepares the pools; a connection is opened when one is first needed, and one query proves that the server answers.
 * The roles must exist before `engine` or `tenant` is used: `migrate(database.owner, log)` first.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { poolSize = DEFAULT_POOL_SIZE } = options;
  const owner = openPool(options, { max: OWNER_POOL_SIZE, session: OWNER_SESSION });
  const engine = openPool(options, { max: poolSize, session: { ...SESSION, role: 'mainspring_engine' } });
  const tenantPool = openPool(options, { max: poolSize, session: { ...SESSION, role: 'mainspring_tenant' } });
  const tenant = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: tenantPool }) });
  const close = async () => {
    await Promise.all([owner.end(), engine.end(), tenant.destroy()]);
  };
  await proveAnswering(owner).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    owner,
    engine,
    tenant,
    tenantPool,
    withTenant: (organizationId, work) => retryOnConflict(() => inTenant(tenant, organizationId, work)),
    engineTransaction: (work) => inTransaction(engine, work),
    close,
  };
}

/** Runs `work` on one connection between BEGIN and COMMIT; rolls back where it throws. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function inTenant<T>(
  tenant: Kysely<Tables>,
  organizationId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return tenant.transaction().execute(async (tx) => {
    await sql`select set_config('mainspring.org', ${organizationId}, true)`.execute(tx);
    return work(tx);
  });
}

/** PostgreSQL 16 brought GRANT … WITH SET, on which the roles rest. */
const OLDEST_SERVER = 16;

async function proveAnswering(owner: pg.Pool): Promise<void> {
  const { rows } = await owner.query<{ version: string }>("select current_setting('server_version_num') as version");
  const major = Math.floor(Number(rows[0]?.version) / 10_000);
  if (major < OLDEST_SERVER) throw new Error(`PostgreSQL ${OLDEST_SERVER} or newer is needed; the server is ${major}.`);
}

const DEFAULT_POOL_SIZE = 8;
const OWNER_POOL_SIZE = 2;
const CONNECT_TIMEOUT_MS = 10_000;
/** Of silence, before the first probe; Node then probes ten times, a second apart. */
const KEEP_ALIVE_DELAY_MS = 1_000;

type Session = Readonly<Record<string, string>>;

// The search path is said outright: PostgreSQL's own begins with a schema named for the user, which may be `mainspring`.
// Migrations may take as long as they need.
const OWNER_SESSION: Session = { TimeZone: 'UTC', search_path: 'public' };
const SESSION: Session = {
  ...OWNER_SESSION,
  // Milliseconds. A statement or an idle transaction past them is stuck, and would hold up vacuum and others.
  statement_timeout: '30000',
  idle_in_transaction_session_timeout: '30000',
  // Seconds, then milliseconds: a machine that vanished must not keep its row locks for the hours that TCP allows.
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '2',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '10000',
};

function openPool(options: DatabaseOptions, kind: { readonly max: number; readonly session: Session }): pg.Pool {
  const { log, applicationName } = options;
  // Given at connection start, so that not even the first statement runs with the login user's rights.
  const settings = Object.entries(kind.session)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  const pool = new pg.Pool({
    ...('url' in options ? { connectionString: withSettings(options.url, settings) } : options.connection),
    options: settings,
    max: kind.max,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types: { getTypeParser: parseColumn },
  });
  // A lost connection is an event before it is anyone's failed query; unheard, it would end the process.
  // Only the reason is logged: the error carries the whole client.
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'lost an idle connection to the database'));
  pool.on('connect', (client) => {
    client.on('error', ({ message }) => log.debug({ reason: message }, 'lost a connection to the database'));
  });
  return pool;
}

/** `pg` lets the address win over the fields beside it, so the settings join those that stand in the address. */
function withSettings(url: string, settings: string): string {
  const own = /[?&]options=([^&]*)/.exec(url)?.[1];
  const all = own === undefined ? settings : `${decodeURIComponent(own)} ${settings}`;
  return `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(all)}`;
}
