import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { createTestDatabase, type TestDatabase } from './testing/create-test-database.ts';

const log = pino({ level: 'silent' });

describe('database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.owner.query(`
      create table test_accounts (org_id uuid not null, id int primary key, amount int not null);
      select mainspring.protect('test_accounts')`);
  });
  afterAll(() => database.drop());

  const amounts = async () => (await database.engine.query('select amount from test_accounts order by id')).rows;

  test.each([
    ['engine', 'timezone', 'UTC'],
    ['engine', 'statement_timeout', '30s'],
    ['engine', 'idle_in_transaction_session_timeout', '30s'],
    ['engine', 'search_path', 'public'],
    ['engine', 'application_name', 'test'],
    ['tenantPool', 'timezone', 'UTC'],
    ['tenantPool', 'statement_timeout', '30s'],
    ['owner', 'statement_timeout', '0'],
    ['owner', 'search_path', 'public'],
  ] as const)('%s has %s set to %s', async (pool, name, value) => {
    const { rows } = await database[pool].query('select current_setting($1) as value', [name]);
    expect(rows).toEqual([{ value }]);
  });

  test.each([
    ['bigint', '9007199254740991', 9007199254740991],
    ['bigint', '9007199254740993', '9007199254740993'],
    ['bigint[]', '{1,2}', [1, 2]],
    ['timestamptz', '2026-11-21T10:00:00.123Z', new Date('2026-11-21T10:00:00.123Z')],
    ['jsonb', '{"a":[1]}', { a: [1] }],
    ['date', '2026-11-21', '2026-11-21'],
    ['numeric', '1.10', '1.10'],
    ['uuid', '0190a0a0-0000-7000-8000-000000000000', '0190a0a0-0000-7000-8000-000000000000'],
  ])('reads %s %s', async (type, text, value) => {
    const { rows } = await database.engine.query(`select $1::${type} as value`, [text]);
    expect(rows).toEqual([{ value }]);
  });

  test('engineTransaction commits what it did, and nothing where it throws', async () => {
    const org = randomUUID();
    await database.engineTransaction((client) => client.query('insert into test_accounts values ($1, 1, 10)', [org]));
    const failing = database.engineTransaction(async (client) => {
      await client.query('insert into test_accounts values ($1, 2, 20)', [org]);
      throw new Error('second thoughts');
    });
    await expect(failing).rejects.toThrow('second thoughts');
    expect(await amounts()).toEqual([{ amount: 10 }]);
    await database.owner.query('truncate test_accounts');
  });

  test('withTenant runs again after a deadlock, until both sides are through', async () => {
    const org = randomUUID();
    await database.engine.query('insert into test_accounts values ($1, 1, 0), ($1, 2, 0)', [org]);
    const bothHold = Promise.withResolvers<void>();
    let holding = 0;
    const move = (first: number, second: number) =>
      database.withTenant(org, async (tx) => {
        await sql`update test_accounts set amount = amount + 1 where id = ${first}`.execute(tx);
        holding += 1;
        if (holding === 2) bothHold.resolve();
        await bothHold.promise;
        await sql`update test_accounts set amount = amount + 1 where id = ${second}`.execute(tx);
      });
    await Promise.all([move(1, 2), move(2, 1)]);
    expect(holding).toBeGreaterThan(2);
    expect(await amounts()).toEqual([{ amount: 2 }, { amount: 2 }]);
    await database.owner.query('truncate test_accounts');
  });

  test('withTenant gives up on a conflict that stays', async () => {
    let attempts = 0;
    const work = database.withTenant(randomUUID(), async (tx) => {
      attempts += 1;
      await sql`do $$ begin raise sqlstate '40001'; end $$`.execute(tx);
    });
    await expect(work).rejects.toMatchObject({ code: '40001' });
    expect(attempts).toBe(6);
  });

  test('withTenant does not repeat other failures', async () => {
    let attempts = 0;
    const work = database.withTenant(randomUUID(), async (tx) => {
      attempts += 1;
      await sql`select 1/0`.execute(tx);
    });
    await expect(work).rejects.toThrow('division by zero');
    expect(attempts).toBe(1);
  });

  test('goes on with new connections after the old ones were cut, idle or at work', async () => {
    const atWork = database.engineTransaction(async (client) => {
      await client.query('select 1');
      const cut =
        'select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid() and datname = current_database()';
      await database.owner.query(cut);
      await client.query('select 1');
    });
    await expect(atWork).rejects.toThrow();
    expect((await database.engine.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect((await sql`select 1 as one`.execute(database.tenant)).rows).toEqual([{ one: 1 }]);
  });

  test('opens by address, and adds its settings to those of the address', async () => {
    const { user, password, host, port, database: name } = database.connection;
    const url = `postgres://${user}:${encodeURIComponent(password)}@/${name}?host=${encodeURIComponent(host)}&port=${port}&options=${encodeURIComponent('-c work_mem=9MB')}`;
    const byUrl: Database = await openDatabase({ url, log, applicationName: 'by address' });
    const { rows } = await byUrl.engine.query(
      "select current_user as role, current_setting('work_mem') as work_mem, current_setting('timezone') as zone",
    );
    expect(rows).toEqual([{ role: 'mainspring_engine', work_mem: '9MB', zone: 'UTC' }]);
    await byUrl.close();
  });

  test('fails at once where the server does not let it in', async () => {
    const connection = { ...database.connection, password: 'guess' };
    await expect(openDatabase({ connection, log, applicationName: 'x' })).rejects.toBeInstanceOf(pg.DatabaseError);
  });
});
