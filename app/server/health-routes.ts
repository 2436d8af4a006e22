import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../platform/db/database.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';

export type Health = {
  readonly db: Database;
  readonly metrics: Metrics;
  /** False before everything is started, and from the moment the server is asked to stop. */
  readonly isReady: () => boolean;
};

const DATABASE_PATIENCE_MS = 2000;

/** For those who run the server: alive, ready for work, and its numbers. Open to all; no number tells of a tenant. */
export function addHealthRoutes(server: HttpServer, { db, metrics, isReady }: Health): void {
  const hide = { schema: { hide: true } };
  server.get('/healthz', hide, async () => ({ status: 'ok' }));
  server.get('/readyz', hide, async (_, reply) => {
    if (!isReady()) return reply.code(503).send({ status: 'unavailable', reason: 'starting or stopping' });
    const sending = await askSending(db.engine);
    if (sending === 'on') return { status: 'ok' };
    // Ready all the same: it takes everything in, and only what would leave waits.
    if (sending === 'held') return { status: 'ok', sending };
    return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' });
  });
  server.get('/metrics', hide, async (_, reply) => {
    measurePools(db, metrics);
    const { contentType, body } = await metrics.render();
    return reply.type(contentType).send(body);
  });
}

/** Whether sending steps go on, or wait for a restore to be confirmed; undefined where the database does not answer. */
async function askSending(engine: pg.Pool): Promise<'on' | 'held' | undefined> {
  const asked = isSendingHeld(engine).then(
    (held) => (held ? 'held' : 'on'),
    () => undefined,
  );
  const patience = new AbortController();
  const tooLate = delay(DATABASE_PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    patience.abort();
  }
}

/** True where some organization has yet to confirm a restore. */
export async function isSendingHeld(engine: pg.Pool): Promise<boolean> {
  const { rows } = await engine.query<{ held: boolean }>('select exists (select from sending_holds) as held');
  return rows[0]?.held === true;
}

function measurePools(db: Database, metrics: Metrics): void {
  for (const [name, pool] of Object.entries({ engine: db.engine, tenant: db.tenantPool, owner: db.owner })) {
    metrics.poolConnections.set({ pool: name, state: 'idle' }, pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: 'waiting' }, pool.waitingCount);
  }
}
