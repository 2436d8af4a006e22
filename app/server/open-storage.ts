import type { Config } from '../platform/config/config.ts';
import { type Database, openDatabase } from '../platform/db/database.ts';
import type { Connection } from '../platform/db/embedded/start-embedded-postgres.ts';
import { migrate } from '../platform/db/migrate.ts';
import type { Log } from '../platform/log/log.ts';

export type Storage = {
  readonly db: Database;
  /** For what keeps a connection of its own. */
  readonly connection: Connection | { readonly connectionString: string };
  /** Closes the connections, and stops PostgreSQL where it is ours. */
  readonly close: () => Promise<void>;
};

/**
 * Opens the operator's PostgreSQL, or starts the embedded one over the data folder, and brings it up to this version.
 * Throws DataFolderInUse, MigrationError, or what the connection says.
 */
export async function openStorage(config: Pick<Config, 'databaseUrl' | 'dataDir'>, log: Log): Promise<Storage> {
  const server = await openServer(config, log);
  try {
    const db = await openDatabase({ ...server.options, log, applicationName: 'mainspring' });
    const close = async () => {
      await db.close();
      await server.stop();
    };
    try {
      await migrate(db.owner, log);
      return { db, connection: server.connection, close };
    } catch (error) {
      await db.close();
      throw error;
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openServer({ databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>, log: Log) {
  if (databaseUrl !== undefined) {
    const connection = { connectionString: databaseUrl };
    return { options: { url: databaseUrl }, connection, stop: async () => {} } as const;
  }
  // Loaded only where it is used: with one's own PostgreSQL its binaries may be missing.
  const { startEmbeddedPostgres } = await import('../platform/db/embedded/start-embedded-postgres.ts');
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  const { connection } = postgres;
  return { options: { connection }, connection, stop: () => postgres.stop() } as const;
}
