import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../platform/config/config.ts';
import { type Database, openDatabase } from '../../platform/db/database.ts';
import { DataFolderInUse } from '../../platform/db/embedded/data-folder-in-use.ts';
import { migrate } from '../../platform/db/migrate.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Storage } from '../open-storage.ts';

/**
 * The database under examination. It is never migrated, except one made for the examination.
 *
 * - `given`: that of DATABASE_URL, perhaps used by servers at this moment.
 * - `running`: the embedded one that a running server has started.
 * - `started`: the embedded one, at rest until now; stops again with `close`.
 * - `throw-away`: the data folder has none yet, so one was made beside its place; gone with `close`.
 */
export type Patient = Storage & { readonly kind: 'given' | 'running' | 'started' | 'throw-away' };

type Place = Pick<Config, 'databaseUrl' | 'dataDir'>;

/** Throws what keeps the database from being reached. */
export async function openPatient(config: Place, log: Log): Promise<Patient> {
  const { databaseUrl, dataDir } = config;
  if (databaseUrl !== undefined) {
    const db = await openDatabase({ url: databaseUrl, log, applicationName: APPLICATION });
    return { kind: 'given', db, connection: { connectionString: databaseUrl }, close: () => db.close() };
  }
  const { hasCluster } = await import('../../platform/db/embedded/find-running-postgres.ts');
  if (!(await hasCluster(dataDir))) return openThrowAway(dataDir, log);
  try {
    return await startHere('started', dataDir, log);
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
    return openRunning(dataDir, log, error);
  }
}

const APPLICATION = 'mainspring doctor';

async function startHere(kind: 'started' | 'throw-away', dataDir: string, log: Log): Promise<Patient> {
  const { startEmbeddedPostgres } = await import('../../platform/db/embedded/start-embedded-postgres.ts');
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  const { connection } = postgres;
  try {
    const db = await openDatabase({ connection, log, applicationName: APPLICATION });
    return { kind, db, connection, close: () => closeBoth(db, postgres) };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function closeBoth(db: Database, postgres: { readonly stop: () => Promise<void> }): Promise<void> {
  await db.close();
  await postgres.stop();
}

async function openRunning(dataDir: string, log: Log, inUse: DataFolderInUse): Promise<Patient> {
  const { findRunningPostgres } = await import('../../platform/db/embedded/find-running-postgres.ts');
  const connection = await findRunningPostgres(dataDir);
  if (connection === undefined) {
    const holder = inUse.pid === null ? 'Another process' : `Process ${inUse.pid}`;
    throw new Error(
      `${holder} holds ${dataDir}, but its PostgreSQL is not ready, or this user may not read how to reach it. ` +
        'Try again in a moment, as the user who started the server.',
    );
  }
  const db = await openDatabase({ connection, log, applicationName: APPLICATION });
  return { kind: 'running', db, connection, close: () => db.close() };
}

/** Always at the same place: what a killed examination left there is taken over by the next one. */
const THROW_AWAY = 'doctor';

async function openThrowAway(dataDir: string, log: Log): Promise<Patient> {
  const isNew = (await mkdir(dataDir, { recursive: true })) !== undefined;
  const folder = join(dataDir, THROW_AWAY);
  const clear = async () => {
    await rm(folder, { recursive: true, force: true });
    // A server that started meanwhile has put its own things there.
    if (isNew) await rmdir(dataDir).catch(() => {});
  };
  try {
    const patient = await startHere('throw-away', folder, log);
    const close = async () => {
      await patient.close();
      await clear();
    };
    await migrate(patient.db.owner, log);
    return { ...patient, close };
  } catch (error) {
    // Held by another doctor: then it is theirs.
    if (!(error instanceof DataFolderInUse)) await clear();
    throw error;
  }
}
