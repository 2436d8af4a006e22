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
    if (await answers(db.engine)) return { status: 'ok' };
    return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' });
  });
  server.get('/metrics', hide, async (_, reply) => {
    measurePools(db, metrics);
    const { contentType, body } = await metrics.render();
    return reply.type(contentType).send(body);
  });
}

async function answers(engine: pg.Pool): Promise<boolean> {
  const asked = engine.query('select 1').then(
    () => true,
    () => false,
  );
  const patience = new AbortController();
  const tooLate = delay(DATABASE_PATIENCE_MS, false, { signal: patience.signal }).catch(() => false);
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    patience.abort();
  }
}

function measurePools(db: Database, metrics: Metrics): void {
  for (const [name, pool] of Object.entries({ engine: db.engine, tenant: db.tenantPool, owner: db.owner })) {
    metrics.poolConnections.set({ pool: name, state: 'idle' }, pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: 'waiting' }, pool.waitingCount);
  }
}
