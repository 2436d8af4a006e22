/**
 * Puts a backup into an empty database.
 *
 * 1. All or nothing: the rows and what goes with them are one transaction, committed after the file's checksum held.
 * 2. Nothing that is there is ever replaced: one row in any table, and the restore refuses.
 * 3. The tables are as the backup knew them; the next start brings them up to its own version.
 * 4. In the same transaction every organization's sending steps are put on hold, and runs are taken from the workers
 *    that held them: those carry on elsewhere, with the database that the backup was taken from.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { findMigrations, migrate } from '../../platform/db/migrate.ts';
import type { Log } from '../../platform/log/log.ts';
import { BackupError, type BackupHeader, type BackupPartition, type BackupTable } from './backup-format.ts';
import { listTables, nameOf, quote, quoted } from './list-contents.ts';
import type { OpenBackup } from './read-backup.ts';
import { type BackupSummary, SESSION } from './write-backup.ts';

/** Throws a BackupError, naming what is in the way or wrong with the file; the database is then without a row. */
export async function restoreBackup(owner: pg.Pool, log: Log, backup: OpenBackup): Promise<BackupSummary> {
  const { header } = backup;
  await assertKnownMigrations(header);
  await assertEmpty(owner);
  await migrate(owner, log, undefined, new Set(header.migrations.map(({ name }) => name)));
  const client = await owner.connect();
  try {
    await client.query(SESSION);
    await client.query('begin');
    const rows = await restoreAll(client, backup);
    await client.query('commit');
    await client.query('analyze');
    return { tables: header.tables.length, rows, createdAt: header.createdAt };
  } finally {
    // Ends the session: what was not committed never was.
    client.release(true);
  }
}

async function restoreAll(client: pg.PoolClient, backup: OpenBackup): Promise<number> {
  const { header } = backup;
  const tables = await listTables(client);
  await assertSameTables(client, header, tables);
  await prepareTables(client, header.tables);
  for (const { schema, name } of tables) {
    // Again, now that nobody else can write any more.
    if (await hasRows(client, { schema, name })) throw occupied([nameOf({ schema, name })]);
  }
  for (const partition of header.partitions) await makePartition(client, partition);
  const rows = await backup.readTables((table, data) => load(client, table, data));
  for (const { schema, name, lastValue, isCalled } of header.sequences) {
    await client.query('select setval($1::regclass, $2::bigint, $3)', [quoted({ schema, name }), lastValue, isCalled]);
  }
  await client.query(FREE_RUNS);

  await client.query('delete from public.workers');
  await client.query(
    'insert into public.sending_holds (org_id, backup_at) select id, $1 from public.organizations on conflict do nothing',
    [header.createdAt],
  );
  await finishTables(client, header.tables);
  return rows;
}

async function assertKnownMigrations({ migrations }: BackupHeader): Promise<void> {
  const known = new Map((await findMigrations()).map((file) => [file.name, file.checksum]));
  const unknown = migrations.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (unknown.length > 0) {
    throw new BackupError(
      `The backup is of a newer version of Mainspring: this one lacks ${unknown.join(', ')}. Restore it with that version.`,
    );
  }
  const changed = migrations.filter(({ name, checksum }) => known.get(name) !== checksum).map(({ name }) => name);
  if (changed.length > 0) {
    throw new BackupError(`The backup was made by a Mainspring whose ${changed.join(', ')} differs from this one's.`);
  }
}

async function assertEmpty(owner: pg.Pool): Promise<void> {
  const client = await owner.connect();
  try {
    const full: string[] = [];
    for (const table of await listTables(client)) if (await hasRows(client, table)) full.push(nameOf(table));
    if (full.length > 0) throw occupied(full);
  } finally {
    client.release();
  }
}

async function hasRows(client: pg.PoolClient, table: { schema: string; name: string }): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(`select exists (select from ${quoted(table)}) as found`);
  return rows[0]?.found === true;
}

function occupied(tables: readonly string[]): BackupError {
  return new BackupError(
    `The database is not empty: there are rows in ${tables.join(', ')}. ` +
      'Restore into an empty one: a new data folder in MAINSPRING_DATA, or a new database in DATABASE_URL.',
  );
}

/** A server that was started meanwhile, or an earlier one, may have made other tables than the backup's. */
async function assertSameTables(
  client: pg.PoolClient,
  header: BackupHeader,
  tables: readonly BackupTable[],
): Promise<void> {
  const applied = await client.query<{ name: string }>('select name from mainspring.migrations');
  const wanted = new Set(header.migrations.map(({ name }) => name));
  const newer = applied.rows.filter(({ name }) => !wanted.has(name)).map(({ name }) => name);
  if (newer.length > 0) {
    throw new BackupError(
      `The database is of a newer version than the backup: it has ${newer.join(', ')}. Restore into a new database.`,
    );
  }
  const there = new Map(tables.map((table) => [nameOf(table), table]));
  for (const table of header.tables) {
    const lacking = table.columns.filter((column) => !there.get(nameOf(table))?.columns.includes(column));
    if (lacking.length === 0) continue;
    throw new BackupError(`The backup has ${nameOf(table)} (${lacking.join(', ')}), which Mainspring did not make.`);
  }
}

/** Rows come as they were: no trigger changes them. The owner may store every organization's, for this transaction. */
async function prepareTables(client: pg.PoolClient, tables: readonly BackupTable[]): Promise<void> {
  for (const table of tables) {
    await client.query(`alter table ${quoted(table)} disable trigger user`);
    await client.query(`alter table ${quoted(table)} no force row level security`);
  }
}

/** The catalogue says what migrating made of a table before it was prepared; its tenants' tables are all forced. */
async function finishTables(client: pg.PoolClient, tables: readonly BackupTable[]): Promise<void> {
  for (const table of tables) {
    await client.query(`alter table ${quoted(table)} enable trigger user`);
    const { rows } = await client.query<{ enabled: boolean }>(
      'select relrowsecurity as enabled from pg_class where oid = $1::regclass',
      [quoted(table)],
    );
    if (rows[0]?.enabled) await client.query(`alter table ${quoted(table)} force row level security`);
  }
}

async function makePartition(
  client: pg.PoolClient,
  { schema, name, parent, from, to }: BackupPartition,
): Promise<void> {
  // Checked as times when the file was read, so they can stand in a statement that takes no parameters.
  await client.query(
    `create table if not exists ${quoted({ schema, name })} partition of ${quoted({ schema, name: parent })} for values from ('${from}') to ('${to}')`,
  );
}

async function load(client: pg.PoolClient, table: BackupTable, rows: AsyncIterable<Buffer>): Promise<number> {
  const target = client.query(copyFrom(`copy ${quoted(table)} (${table.columns.map(quote).join(', ')}) from stdin`));
  await pipeline(Readable.from(rows), target);
  return target.rowCount;
}

const FREE_RUNS = `
  update public.runs set worker_id = null, due_at = now(), claims = 0,
    status = case when parked is not null then 'parked' when state is null then 'queued' else 'waiting' end
  where worker_id is not null`;
