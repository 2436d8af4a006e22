import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type pg from 'pg';
import type { Log } from './log.ts';

// Kysely's Migrator runs all pending files in one transaction, keeps no checksums, and refuses a database that is
// newer than the code, which a rolling upgrade meets. What is needed instead fits on this page.

/** An applied file was changed, or the files themselves are not in order. */
export class MigrationError extends Error {
  readonly code = 'migration_error';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

/** The `app` folder, below which every room keeps its own `migrations`. */
const APP = join(import.meta.dirname, '..', '..');

/**
 * Brings the database up to this version of the code and returns the names of the files it applied. Forward only. Each
 * file is one transaction that also records it, so a kill leaves it applied or not, never half. Runners at the same
 * time wait for each other. Files that the database has and the code does not know are left alone: a newer version
 * made them. `only` names the files to apply, for a database that is to be as an earlier version left it. Throws
 * `MigrationError`, naming the file, where an applied one was changed since or a pending one fails.
 */
export async function migrate(
  owner: pg.Pool,
  log: Log,
  folder: string = APP,
  only?: ReadonlySet<string>,
): Promise<string[]> {
  const found = await findMigrations(folder);
  const files = only ? found.filter((file) => only.has(file.name)) : found;
  const client = await owner.connect();
  try {
    // Held by the connection, so it is free again when this process dies.
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(BOOKKEEPING);
    const pending = await comparePending(client, files);
    for (const file of pending) {
      await apply(client, file);
      log.info({ migration: file.name }, 'migrated the database');
    }
    return pending.map((file) => file.name);
  } finally {
    // Ends the session, and with it the lock, whatever state it is in.
    client.release(true);
  }
}

/**
 * The files that `migrate` would apply. Changes nothing, and waits for nobody. Throws `MigrationError` as `migrate` does.
 */
export async function listPendingMigrations(owner: pg.Pool, folder: string = APP): Promise<string[]> {
  const files = await findMigrations(folder);
  const { rows } = await owner.query<{ found: string | null }>("select to_regclass('mainspring.migrations') as found");
  const pending = rows[0]?.found ? await comparePending(owner, files) : files;
  return pending.map((file) => file.name);
}

export type Migration = { readonly name: string; readonly text: string; readonly checksum: string };

const NAME = /^\d{8}-\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;

/** Every `migrations/*.sql` below a folder, by name. */
export async function findMigrations(folder: string = APP): Promise<Migration[]> {
  const found = new Map<string, Migration>();
  for await (const path of glob('**/migrations/*.sql', { cwd: folder, exclude: ['**/node_modules/**'] })) {
    const name = basename(path);
    if (!NAME.test(name)) throw new MigrationError(`${path} must be named like 20261120-1200-what-it-does.sql`);
    if (found.has(name)) throw new MigrationError(`Two migrations are named ${name}; the name is their place in order`);
    const text = (await readFile(join(folder, path), 'utf8')).replaceAll('\r\n', '\n');
    found.set(name, { name, text, checksum: createHash('sha256').update(text).digest('hex') });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Any number, the same in every version: it is how runners know each other. */
const LOCK = 7_281_934_402;

const BOOKKEEPING = `
  create schema if not exists mainspring;
  create table if not exists mainspring.migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`;

async function comparePending(client: pg.PoolClient | pg.Pool, files: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from mainspring.migrations',
  );
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  for (const file of files) {
    const before = applied.get(file.name);
    if (before === undefined || before === file.checksum) continue;
    throw new MigrationError(
      `${file.name} was changed after this database applied it. Restore it, and put the change into a new migration.`,
    );
  }
  return files.filter((file) => !applied.has(file.name));
}

async function apply(client: pg.PoolClient, file: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(file.text);
    await client.query('insert into mainspring.migrations (name, checksum) values ($1, $2)', [
      file.name,
      file.checksum,
    ]);
    await client.query('COMMIT');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`${file.name} failed and was rolled back: ${reason}`, { cause });
  }
}
