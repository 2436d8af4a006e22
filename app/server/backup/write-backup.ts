/**
 * Writes a backup: everything in the database at one moment, beside running servers too.
 *
 * 1. All rows are of one snapshot: what a transaction wrote is in it as a whole or not at all.
 * 2. Memory does not grow with the database; rows go from the connection into the file.
 * 3. The file has its name only when it is whole and on disk.
 */
import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, link, open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { BackupError, type BackupHeader, type BackupTable, FORMAT_VERSION } from './backup-format.ts';
import { type Frame, writeFrames } from './frames.ts';
import { listPartitions, listSequences, listTables, nameOf, quote, quoted } from './list-contents.ts';

export type BackupSummary = { readonly tables: number; readonly rows: number; readonly createdAt: string };

/** `owner`: connections of the user who owns the tables. Throws a BackupError where `file` exists. */
export async function writeBackup(owner: pg.Pool, file: string): Promise<BackupSummary> {
  await assertFree(file);
  const part = `${file}.${process.pid}.part`;
  const client = await owner.connect();
  try {
    const header = await beginSnapshot(client);
    const summary = { tables: header.tables.length, rows: 0, createdAt: header.createdAt };
    const target = createWriteStream(part, { flags: 'wx', mode: OWNER_ONLY });
    await pipeline(Readable.from(contents(client, header, summary)), createGzip(), target);
    await nameFile(part, file);
    return summary;
  } finally {
    await rm(part, { force: true });
    // Ends the session, and with it the snapshot.
    client.release(true);
  }
}

/** It holds personal data. */
const OWNER_ONLY = 0o600;

async function assertFree(file: string): Promise<void> {
  const isTaken = await access(file).then(
    () => true,
    () => false,
  );
  if (isTaken) throw taken(file);
}

function taken(file: string): BackupError {
  return new BackupError(`${file} exists already. Name another file, or take that one away.`);
}

/** Gives the finished file its name, unless there is one of that name by now: a backup never replaces another. */
async function nameFile(part: string, file: string): Promise<void> {
  const handle = await open(part, 'r');
  await handle.sync().finally(() => handle.close());
  try {
    await link(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file);
    // Memory sticks know no links.
    await rename(part, file);
  }
}

async function beginSnapshot(client: pg.PoolClient): Promise<BackupHeader> {
  await client.query(SESSION);
  const tables = await listTables(client);
  await assertMainspring(client, tables);
  await client.query('begin isolation level repeatable read read only');
  // The snapshot is that of the first query, so no table can change its shape between it and the last row.
  await client.query(`lock table ${tables.map(quoted).join(', ')} in access share mode`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from mainspring.migrations order by name',
  );
  return {
    kind: 'mainspring-backup',
    version: FORMAT_VERSION,
    createdAt: new Date().toISOString(),
    migrations: rows,
    tables: [...tables],
    partitions: [...(await listPartitions(client))],
    sequences: [...(await listSequences(client))],
  };
}

/** So that values are written alike, whatever the server's own settings are. */
export const SESSION =
  "set client_encoding = 'UTF8'; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 3";

/** What the restore needs to hold sending back. */
const HOLDS = 'public.sending_holds';

async function assertMainspring(client: pg.PoolClient, tables: readonly BackupTable[]): Promise<void> {
  const { rows } = await client.query<{ found: string | null }>("select to_regclass('mainspring.migrations') as found");
  if (!rows[0]?.found) throw new BackupError('The database holds no Mainspring: nothing was ever started over it.');
  if (!tables.some((table) => nameOf(table) === HOLDS)) {
    throw new BackupError('The database is of an older version. Run `npx mainspring migrate`, then take the backup.');
  }
  const unseen = await client.query<{ name: string }>(UNSEEN);
  if (unseen.rows.length === 0) return;
  const names = unseen.rows.map(({ name }) => name).join(', ');
  throw new BackupError(`This database user may not see every row of ${names}. Use the one who ran the migrations.`);
}

/** Tables of which row-level security would hide rows from this user without a word. */
const UNSEEN = `
  select c.oid::regclass::text as name from pg_class c
  where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'mainspring'::regnamespace)
    and row_security_active(c.oid) and not exists (
      select from pg_policies p
      where p.schemaname = c.relnamespace::regnamespace::text and p.tablename = c.relname
        and p.permissive = 'PERMISSIVE' and p.qual = 'true' and pg_has_role('mainspring_engine', 'USAGE')
        and 'mainspring_engine' = any (p.roles))`;

async function* contents(
  client: pg.PoolClient,
  header: BackupHeader,
  summary: { rows: number },
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  yield* json(hash, header);
  for (const { schema, name, columns } of header.tables) {
    yield* json(hash, { kind: 'rows', schema, table: name });
    // Of a partitioned table, only a query copies the rows.
    const query = `copy (select ${columns.map(quote).join(', ')} from ${quoted({ schema, name })}) to stdout`;
    const rows = client.query(copyTo(query));
    for await (const chunk of rows) yield* hashed(hash, 'data', chunk as Buffer);
    yield* json(hash, { kind: 'rows-end', rows: rows.rowCount });
    summary.rows += rows.rowCount;
  }
  const end = { kind: 'end', tables: header.tables.length, rows: summary.rows, sha256: hash.digest('hex') };
  yield* writeFrames('end', Buffer.from(JSON.stringify(end)));
}

function json(hash: Hash, value: unknown): Generator<Buffer> {
  return hashed(hash, 'json', Buffer.from(JSON.stringify(value)));
}

function* hashed(hash: Hash, kind: Frame['kind'], content: Buffer): Generator<Buffer> {
  for (const frame of writeFrames(kind, content)) {
    hash.update(frame);
    yield frame;
  }
}
