/** A look from outside into the database of a server under measurement. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { folderPaths, USER } from '../app/platform/db/embedded/prepare-folder.ts';
import { SOCKET_PORT } from '../app/platform/db/embedded/settings.ts';

export type Look = {
  /** Of the PostgreSQL server. */
  readonly pid: number;
  readonly query: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** Transactions committed so far, this look's own included. */
  readonly countTransactions: () => Promise<number>;
  readonly close: () => Promise<void>;
};

/** Backends report what they did once a second. */
const STATISTICS_DELAY_MS = 1_500;

/** Into the embedded server that runs over this data folder, as its superuser. */
export async function lookInto(dataDir: string): Promise<Look> {
  const folder = folderPaths(join(dataDir, 'postgres'));
  const [pid = ''] = readFileSync(join(folder.data, 'postmaster.pid'), 'utf8').split('\n');
  const client = new pg.Client({
    host: folder.run,
    port: SOCKET_PORT,
    user: USER,
    password: readFileSync(folder.password, 'utf8').trim(),
    database: 'postgres',
    application_name: 'bench',
  });
  // The server may be stopped first when something else has failed; that failure is the one to tell.
  client.on('error', () => {});
  await client.connect();
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
    (await client.query<Row>(text, [...values])).rows;
  return {
    pid: Number(pid),
    query,
    countTransactions: async () => {
      await new Promise((resolve) => setTimeout(resolve, STATISTICS_DELAY_MS));
      const [row] = await query<{ n: string }>(
        'select xact_commit as n from pg_stat_database where datname = current_database()',
      );
      return Number(row?.n);
    },
    close: () => client.end(),
  };
}
