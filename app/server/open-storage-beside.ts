import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../platform/config/config.ts';
import { openDatabase } from '../platform/db/database.ts';
import { DataFolderInUse } from '../platform/db/embedded/data-folder-in-use.ts';
import { listPendingMigrations } from '../platform/db/migrate.ts';
import type { Log } from '../platform/log/log.ts';
import { openStorage, type Storage } from './open-storage.ts';

export type SharedStorage = Storage & {
  /** True where another process keeps this PostgreSQL, and takes it away when it ends. */
  readonly borrowed: boolean;
};

const PATIENCE_MS = 15_000;
const PAUSE_MS = 200;

/**
 * As `openStorage`; but where a living process holds the data folder, its PostgreSQL is used beside it. A process that
 * is just starting or ending is waited for. Throws as `openStorage` does, and where the other is of another version.
 */
export async function openStorageBeside(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: Log,
): Promise<SharedStorage> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return { ...(await openStorage(config, log)), borrowed: false };
    } catch (error) {
      if (!(error instanceof DataFolderInUse)) throw error;
      const storage = await borrow(config, log);
      if (storage !== undefined) return storage;
      if (performance.now() > end) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** Undefined where it is not ready, or gone a moment later. */
async function borrow({ dataDir }: Pick<Config, 'dataDir'>, log: Log): Promise<SharedStorage | undefined> {
  const { findRunningPostgres } = await import('../platform/db/embedded/find-running-postgres.ts');
  const connection = await findRunningPostgres(dataDir);
  if (connection === undefined) return undefined;
  const db = await openDatabase({ connection, log, applicationName: 'mainspring beside' }).catch(() => undefined);
  if (db === undefined) return undefined;
  const pending = await listPendingMigrations(db.owner).catch(() => undefined);
  if (pending?.length === 0) return { db, connection, close: () => db.close(), borrowed: true };
  await db.close();
  if (pending === undefined) return undefined;
  throw new Error(
    `The server that runs over ${dataDir} is of an older version. Stop it first, or start this one there.`,
  );
}
