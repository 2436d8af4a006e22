import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '../../platform/db/database.ts';
import { migrate } from '../../platform/db/migrate.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Storage } from '../open-storage.ts';

type Place = Pick<Storage, 'db' | 'connection'>;

/**
 * Does `work` in a new database on the same server, at this version, and drops it. Throws 42501 where the user may make
 * none.
 */
export async function inThrowAwayDatabase<T>(
  { db, connection }: Place,
  log: Log,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const name = `${PREFIX}${randomBytes(8).toString('hex')}`;
  await sweep(db);
  await db.owner.query(`create database ${name}`);
  try {
    const there = within(connection, name);
    const options = 'connectionString' in there ? { url: there.connectionString } : { connection: there };
    const opened = await openDatabase({ ...options, log, applicationName: 'mainspring doctor' });
    try {
      await migrate(opened.owner, log);
      return await work({ db: opened, connection: there });
    } finally {
      await opened.close();
    }
  } finally {
    await db.owner.query(`drop database ${name} with (force)`);
  }
}

const PREFIX = 'mainspring_doctor_';

/** Drops what killed examinations left. One that is in use, or not ours to drop, stays. */
async function sweep({ owner }: Pick<Database, 'owner'>): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    'select datname as name from pg_database where starts_with(datname, $1)',
    [PREFIX],
  );
  for (const { name } of rows) await owner.query(`drop database if exists "${name}"`).catch(() => {});
}

function within(connection: Storage['connection'], database: string): Storage['connection'] {
  if (!('connectionString' in connection)) return { ...connection, database };
  const [, server = '', , query = ''] =
    /^([a-z]+:\/\/[^/?]*)(\/[^?]*)?(\?.*)?$/.exec(connection.connectionString) ?? [];
  return { connectionString: `${server}/${database}${query}` };
}
