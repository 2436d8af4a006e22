import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from './testing/create-test-database.ts';

describe('row-level security', () => {
  let database: TestDatabase;
  const one = randomUUID();
  const two = randomUUID();

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.owner.query(`
      create table notes (org_id uuid not null, body text not null) partition by list (body);
      create table notes_rest partition of notes default;
      select mainspring.protect('notes')`);
    await database.engine.query('insert into notes values ($1, $2), ($3, $4)', [one, 'of one', two, 'of two']);
  });
  afterAll(() => database.drop());

  const bodies = (org: string) =>
    database.withTenant(org, async (tx) => (await sql<{ body: string }>`select body from notes`.execute(tx)).rows);

  test('a tenant sees its own rows only', async () => {
    expect(await bodies(one)).toEqual([{ body: 'of one' }]);
    expect(await bodies(two)).toEqual([{ body: 'of two' }]);
    expect(await bodies(randomUUID())).toEqual([]);
  });

  test('a tenant cannot write rows of another', async () => {
    const insert = database.withTenant(one, (tx) => sql`insert into notes values (${two}, 'forged')`.execute(tx));
    await expect(insert).rejects.toThrow('row-level security');
    const update = await database.withTenant(one, (tx) => sql`update notes set body = 'x' where true`.execute(tx));
    expect(update.numAffectedRows).toBe(1n);
    await database.engine.query("update notes set body = 'of one' where org_id = $1", [one]);
  });

  test('a query without a tenant is an error, before and after a transaction with one', async () => {
    const unnamed = () => sql`select * from notes`.execute(database.tenant);
    // A connection that served a tenant before remembers the setting, but as empty text.
    const refusal = /unrecognized configuration parameter "mainspring.org"|invalid input syntax for type uuid: ""/;
    await expect(unnamed()).rejects.toThrow(refusal);
    await bodies(one);
    await expect(unnamed()).rejects.toThrow(refusal);
  });

  test('a partition cannot be reached around its parent', async () => {
    const around = database.withTenant(one, (tx) => sql`select * from notes_rest`.execute(tx));
    await expect(around).rejects.toThrow('permission denied');
  });

  test('the engine sees all rows', async () => {
    const { rows } = await database.engine.query('select body from notes order by body');
    expect(rows).toEqual([{ body: 'of one' }, { body: 'of two' }]);
  });

  test.each(['mainspring_tenant', 'mainspring_engine'])(
    '%s owns nothing, bypasses nothing and cannot log in',
    async (role) => {
      const { rows } = await database.owner.query(
        `select rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb,
         (select count(*) from pg_class where relowner = pg_roles.oid) as owned
       from pg_roles where rolname = $1`,
        [role],
      );
      const no = { rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false, rolcreatedb: false };
      expect(rows).toEqual([{ ...no, owned: 0 }]);
    },
  );

  test('every pool works under its role', async () => {
    const role = 'select current_user as role';
    expect((await database.engine.query(role)).rows).toEqual([{ role: 'mainspring_engine' }]);
    expect((await database.tenantPool.query(role)).rows).toEqual([{ role: 'mainspring_tenant' }]);
  });

  test('every table that names an organization is protected, with FORCE', async () => {
    const { rows } = await database.owner.query(
      `select c.relname as name
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
       where c.relkind in ('r', 'p') and not c.relispartition
         and not (c.relrowsecurity and c.relforcerowsecurity
           and (select count(*) from pg_policy where polrelid = c.oid) >= 2)`,
    );
    expect(rows).toEqual([]);
  });
});
