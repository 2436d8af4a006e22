import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findMigrations, MigrationError, migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing/create-test-database.ts';
import { makeTemporaryFolder } from './testing/temporary-folder.ts';

const log = pino({ level: 'silent' });
const APP = join(import.meta.dirname, '..', '..');

describe('migrate', () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    folder = await makeTemporaryFolder();
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const run = () => migrate(database.owner, log, folder);
  const column = async (query: string) => (await database.owner.query({ text: query, rowMode: 'array' })).rows.flat();

  test('applies the files of every room in the order of their names, once', async () => {
    await write('features/b/migrations/20300101-0001-second.sql', 'alter table one add column two int');
    await write(
      'platform/a/migrations/20300101-0000-first.sql',
      'create table one (id int); insert into one values (1)',
    );
    await write('platform/a/migrations/README.md', 'not this');
    await write('node_modules/x/migrations/20300101-0002-foreign.sql', 'nonsense');
    expect(await run()).toEqual(['20300101-0000-first.sql', '20300101-0001-second.sql']);
    expect(await run()).toEqual([]);
    expect(await column('select id from one')).toEqual([1]);
  });

  test('applies a file that is older than what was applied before', async () => {
    await write('a/migrations/20300102-0000-later.sql', 'create table later (id int)');
    await run();
    await write('a/migrations/20300101-0000-earlier.sql', 'create table earlier (id int)');
    expect(await run()).toEqual(['20300101-0000-earlier.sql']);
  });

  test('applies each file once when several runners start together', async () => {
    // Each sees the tables only if it waited for the other; without the lock, the second create would fail.
    await write('a/migrations/20300101-0000-slow.sql', 'select pg_sleep(0.1); create table once (id int)');
    await write('a/migrations/20300101-0001-more.sql', 'insert into once values (1)');
    const others = [1, 2, 3].map(() => new pg.Pool({ ...database.connection, options: '-c search_path=public' }));
    const applied = await Promise.all(others.map((pool) => migrate(pool, log, folder)));
    expect(applied.map((names) => names.length).sort()).toEqual([0, 0, 2]);
    expect(await column('select id from once')).toEqual([1]);
    await Promise.all(others.map((pool) => pool.end()));
  });

  test('goes on with the file in which an earlier runner was killed', async () => {
    await write('a/migrations/20300101-0000-done.sql', 'create table done (id int)');
    await write(
      'a/migrations/20300101-0001-cut.sql',
      'create table cut (id int); select pg_terminate_backend(pg_backend_pid())',
    );
    await expect(run()).rejects.toThrow();
    expect(await column("select to_regclass('done') is not null, to_regclass('cut') is not null")).toEqual([
      true,
      false,
    ]);

    await write('a/migrations/20300101-0001-cut.sql', 'create table cut (id int)');
    expect(await run()).toEqual(['20300101-0001-cut.sql']);
  });

  test('rolls a failing file back and names it', async () => {
    await write('a/migrations/20300101-0000-wrong.sql', 'create table half (id int); select * from nowhere');
    const error = await run().catch((error) => error);
    expect(error).toBeInstanceOf(MigrationError);
    expect(error.message).toMatch(/20300101-0000-wrong\.sql.*relation "nowhere" does not exist/);
    expect(await column("select to_regclass('half') is null")).toEqual([true]);
  });

  test('refuses to go on when an applied file was changed, and names it', async () => {
    await write('a/migrations/20300101-0000-first.sql', 'create table one (id int)');
    await run();
    await write('a/migrations/20300101-0000-first.sql', 'create table one (id bigint)');
    await write('a/migrations/20300101-0001-next.sql', 'create table two (id int)');
    await expect(run()).rejects.toThrow(/20300101-0000-first\.sql was changed/);
    expect(await column("select to_regclass('two') is null")).toEqual([true]);
  });

  test('does not mind other line endings', async () => {
    await write('a/migrations/20300101-0000-first.sql', 'create table one\n(id int)');
    await run();
    await write('a/migrations/20300101-0000-first.sql', 'create table one\r\n(id int)');
    expect(await run()).toEqual([]);
  });

  test('leaves a database alone that a newer version migrated further', async () => {
    await write('a/migrations/20300101-0000-newer.sql', 'create table newer (id int)');
    await run();
    await rm(join(folder, 'a'), { recursive: true });
    expect(await run()).toEqual([]);
    expect(await column("select to_regclass('newer') is not null")).toEqual([true]);
  });

  test.each(['first.sql', '20300101-first.sql', '20300101-0000-First.sql', '20300101-0000.sql'])(
    'refuses the name %s',
    async (name) => {
      await write(`a/migrations/${name}`, 'select 1');
      await expect(run()).rejects.toThrow(`${name} must be named like`);
    },
  );

  test('refuses two files of one name', async () => {
    await write('a/migrations/20300101-0000-same.sql', 'select 1');
    await write('b/migrations/20300101-0000-same.sql', 'select 2');
    await expect(run()).rejects.toThrow('Two migrations are named 20300101-0000-same.sql');
  });
});

describe('our own migrations', () => {
  let database: TestDatabase;
  let folder: string;
  const created: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await makeTemporaryFolder();
  });
  afterAll(async () => {
    for (const name of created) await database.owner.query(`drop database ${name} with (force)`);
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function openNew(name: string, login: { user?: string; password?: string } = {}): Promise<pg.Pool> {
    await database.owner.query(`create database ${name}`);
    created.push(name);
    if (login.user !== undefined) await database.owner.query(`alter database ${name} owner to ${login.user}`);
    return new pg.Pool({ ...database.connection, ...login, database: name, options: '-c search_path=public' });
  }

  test('are all applied to the databases that tests get', async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      'select name from mainspring.migrations order by name',
    );
    expect(rows.map((row) => row.name)).toEqual((await findMigrations(APP)).map((file) => file.name));
  });

  test('can be applied to several databases of one cluster at once', async () => {
    const pools = await Promise.all([1, 2, 3].map(() => openNew(`roles_${randomBytes(4).toString('hex')}`)));
    const applied = await Promise.all(pools.map((pool) => migrate(pool, log)));
    for (const names of applied) expect(names).toHaveLength((await findMigrations(APP)).length);
    await Promise.all(pools.map((pool) => pool.end()));
  });

  test('can be applied by an owner who is no superuser, once the roles are granted to it', async () => {
    const user = `plain_${randomBytes(4).toString('hex')}`;
    await database.owner.query(`create role ${user} login createrole password 'plain'`);
    await database.owner.query(`grant mainspring_tenant, mainspring_engine to ${user} with admin true`);
    const pool = await openNew(`${user}_db`, { user, password: 'plain' });
    await migrate(pool, log);
    for (const role of ['mainspring_tenant', 'mainspring_engine']) {
      await pool.query(`set role ${role}`);
      await pool.query('reset role');
    }
    // Rows under forced row-level security are within a migration's reach.
    await pool.query(`
      create table notes (org_id uuid not null); select mainspring.protect('notes');
      insert into notes values (gen_random_uuid())`);
    expect((await pool.query('update notes set org_id = org_id')).rowCount).toBe(1);
    // What runs as the owner on behalf of others gets by as well.
    await pool.query("insert into organizations (id, name) values (gen_random_uuid(), 'Plain')");
    const audited = await pool.query(`
      begin; set local role mainspring_engine;
      insert into audit_log (org_id, actor_kind, action, object_type, object_id)
        select id, 'system', 'x', 'x', 'x' from organizations;
      commit; select seq from audit_log`);
    expect((audited as unknown as pg.QueryResult[]).at(-1)?.rows).toEqual([{ seq: '1' }]);
    await pool.end();
  });

  test('are found wherever the project stands', async () => {
    const from = join(APP, 'platform', 'db', 'migrations');
    await cp(from, join(folder, 'migrations'), { recursive: true });
    expect((await findMigrations(folder)).map((file) => file.name)).toContain('20261121-0000-roles.sql');
  });
});
