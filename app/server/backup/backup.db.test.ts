import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { writeAuditAsEngine } from '../../platform/audit/write-audit.ts';
import { type Database, openDatabase } from '../../platform/db/database.ts';
import { migrate } from '../../platform/db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/db/testing/create-test-database.ts';
import { makeTemporaryFolder } from '../../platform/db/testing/temporary-folder.ts';
import { newId } from '../../platform/ids/id.ts';
import { listTables, quoted } from './list-contents.ts';
import { openBackup } from './read-backup.ts';
import { restoreBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

const log = pino({ level: 'silent' });
let folder: string;
let source: TestDatabase;
const emptied: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  source = await createTestDatabase();
  await fill(source);
});
afterAll(async () => {
  for (const drop of emptied.reverse()) await drop();
  await source.drop();
  await rm(folder, { recursive: true, force: true });
});

const STRANGE = String.raw`{"a":1.50,"a":"tab\t and \u0000 and \\. and \n end","big":12345678901234567890}`;

async function fill(db: TestDatabase): Promise<void> {
  for (const name of ['One', 'Two']) {
    const organizationId = newId();
    await db.engine.query('insert into organizations (id, name) values ($1, $2)', [organizationId, name]);
    await db.owner.query(
      "create table if not exists events_20200106 partition of events for values from ('2020-01-06') to ('2020-01-13')",
    );
    await db.engine.query(
      `insert into events (org_id, id, type, data, occurred_at, received_at)
       select $1, gen_random_uuid(), 'x', $2::json, now(), '2020-01-07' from generate_series(1, 300)`,
      [organizationId, STRANGE],
    );
    await db.engine.query(
      `insert into runs (org_id, id, workflow_id, version, event_id, event, status, worker_id, state, due_at)
       select $1, gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), $2::json, 'running', gen_random_uuid(), '{}', null
       from generate_series(1, 20)`,
      [organizationId, STRANGE],
    );
    await db.engineTransaction(async (client) => {
      for (const action of ['a.made', 'a.changed']) {
        await writeAuditAsEngine(client, {
          organizationId,
          actor: { kind: 'system' },
          action,
          object: { type: 'a', id: '1' },
          before: null,
          after: { text: 'line\nbreak' },
        });
      }
    });
  }
}

async function emptyDatabase(owner = inject('testPostgres').user): Promise<Database & { readonly name: string }> {
  const server = inject('testPostgres');
  const name = `restore_${randomBytes(6).toString('hex')}`;
  await administer(`create database ${name} owner ${owner}`);
  const connection = { ...server, database: name, ...(owner !== server.user && { user: owner, password: PASSWORD }) };
  const db = await openDatabase({ connection, log, applicationName: 'test', poolSize: 2 });
  emptied.push(async () => {
    await db.close();
    await administer(`drop database ${name} with (force)`);
  });
  return { ...db, name };
}

const PASSWORD = 'plain';

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(inject('testPostgres'));
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Every row of every table, as text, but for what a restore changes on purpose. */
async function contents({ owner }: Pick<Database, 'owner'>): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const client = await owner.connect();
  for (const table of await listTables(client)) {
    if (['workers', 'sending_holds'].includes(table.name)) continue;
    const columns = table.name === 'runs' ? table.columns.filter((name) => !CHANGED.includes(name)) : table.columns;
    const { rows } = await client.query(`
      select count(*)::int as rows, md5(string_agg(t::text, ',' order by t::text)) as sum
      from (select ${columns.map((column) => `${column}::text`).join(', ')} from ${quoted(table)}) t`);
    found[table.name] = rows[0];
  }
  client.release();
  return found;
}
const CHANGED = ['worker_id', 'due_at', 'claims', 'status'];

async function backUpSource(): Promise<string> {
  const file = join(folder, `${randomBytes(6).toString('hex')}.backup`);
  await writeBackup(source.owner, file);
  return file;
}

async function restoreInto(db: Database, file: string) {
  const backup = await openBackup(file);
  return restoreBackup(db.owner, log, backup).finally(backup.close);
}

describe('a backup', () => {
  test('brings back every row of every organization, with numbers to go on from, and holds sending', async () => {
    const file = await backUpSource();
    const db = await emptyDatabase();
    await restoreInto(db, file);
    expect(await contents(db)).toEqual(await contents(source));
    const runs = await db.engine.query(
      'select count(*)::int as n from runs where worker_id is null and due_at <= now()',
    );
    expect(runs.rows).toEqual([{ n: 40 }]);
    const holds = await db.engine.query('select count(*)::int as n from sending_holds');
    expect(holds.rows).toEqual([{ n: 2 }]);
    const seq = 'select last_value from runs_seq_seq';
    expect((await db.owner.query(seq)).rows).toEqual((await source.owner.query(seq)).rows);
  });

  test('leaves triggers and walls as migrating makes them', async () => {
    const db = await emptyDatabase();
    await restoreInto(db, await backUpSource());
    const walls = `
      select c.relname, relrowsecurity, relforcerowsecurity, array_agg(tgname::text || tgenabled::text order by tgname) as triggers
      from pg_class c left join pg_trigger t on t.tgrelid = c.oid and not tgisinternal
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') group by 1, 2, 3 order by 1`;
    expect((await db.owner.query(walls)).rows).toEqual((await source.owner.query(walls)).rows);
  });

  test('can be taken and restored by an owner who is no superuser', async () => {
    const role = `owner_${randomBytes(6).toString('hex')}`;
    await administer(`create role ${role} login password '${PASSWORD}'`);
    await administer(`grant mainspring_engine to ${role} with set true, inherit true`);
    await administer(`grant mainspring_tenant to ${role} with set true, inherit false`);
    emptied.push(() => administer(`drop role ${role}`));
    const db = await emptyDatabase(role);
    await restoreInto(db, await backUpSource());
    expect(await contents(db)).toEqual(await contents(source));
    const again = join(folder, 'again.backup');
    await writeBackup(db.owner, again);
    const other = await emptyDatabase(role);
    await restoreInto(other, again);
    expect(await contents(other)).toEqual(await contents(source));
  });

  test('shows one moment, whatever is written meanwhile', async () => {
    const file = join(folder, 'moment.backup');
    const organizationId = newId();
    let writing = true;
    const writer = (async () => {
      await source.engine.query('insert into organizations (id, name) values ($1, $2)', [organizationId, 'Busy']);
      while (writing) {
        const id = newId();
        await source.engineTransaction(async (client) => {
          // The later table in the file first: a backup without a snapshot would have a letter without its event.
          for (const table of ['dead_letters', 'reentries'])
            await client.query(INSERTS[table] ?? '', [organizationId, id]);
        });
      }
    })();
    await writeBackup(source.owner, file);
    writing = false;
    await writer;
    const db = await emptyDatabase();
    await restoreInto(db, file);
    const { rows } = await db.engine.query(
      `select (select array_agg(run_id order by run_id) from dead_letters where org_id = $1) as letters,
         (select array_agg(run_id order by run_id) from reentries where org_id = $1) as entries`,
      [organizationId],
    );
    expect(rows[0].letters).toEqual(rows[0].entries);
    await source.engine.query('delete from organizations where id = $1', [organizationId]);
  });
});

const INSERTS: Record<string, string> = {
  dead_letters: `insert into dead_letters (org_id, id, run_id, workflow_id, code, message) values ($1, $2, $2, $2, 'x', 'x')`,
  reentries: `insert into reentries (org_id, workflow_id, subject_id, run_id) values ($1, $2, 'x', $2)`,
};

describe('a backup is refused, and leaves no row', () => {
  test.each<[string, (whole: Buffer) => Buffer, RegExp]>([
    ['cut short', (whole) => whole.subarray(0, whole.length - 40), /cut short/],
    ['without its last byte', (whole) => whole.subarray(0, -1), /cut short/],
    ['empty', () => Buffer.alloc(0), /cut short/],
    ['with a bit turned', (whole) => flip(whole, whole.length >> 1), /damaged|cut short/],
    ['of another program', () => Buffer.from('SQLite format 3'), /no backup/],
  ])('%s', async (_name, change, message) => {
    const file = await backUpSource();
    const broken = `${file}.broken`;
    await writeFile(broken, change(await readFile(file)));
    const db = await emptyDatabase();
    await expect(restoreInto(db, broken)).rejects.toThrow(message);
    const { rows } = await db.owner.query("select to_regclass('public.organizations') as found");
    if (rows[0].found) expect((await db.owner.query('select * from organizations')).rows).toEqual([]);
  });

  test('where there is a row already, which it names', async () => {
    const file = await backUpSource();
    const db = await emptyDatabase();
    await migrate(db.owner, log);
    await db.engine.query('insert into organizations (id, name) values ($1, $2)', [newId(), 'Here']);
    await expect(restoreInto(db, file)).rejects.toThrow(/not empty.*public\.organizations/);
    expect((await db.owner.query('select name from organizations')).rows).toEqual([{ name: 'Here' }]);
  });

  test('of a newer version, whose migrations it names', async () => {
    const db = await emptyDatabase();
    const backup = await openBackup(await backUpSource());
    const migrations = [...backup.header.migrations, { name: '29991231-0000-later.sql', checksum: 'x' }];
    const newer = { ...backup, header: { ...backup.header, migrations } };
    await expect(restoreBackup(db.owner, log, newer)).rejects.toThrow(/newer version.*29991231-0000-later\.sql/);
    backup.close();
  });

  test('where the file to write exists; it stays as it was, and nothing is left beside it', async () => {
    const file = join(folder, 'taken.backup');
    await writeFile(file, 'precious');
    await expect(writeBackup(source.owner, file)).rejects.toThrow(/exists already/);
    expect(await readFile(file, 'utf8')).toBe('precious');
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8((copy.readUInt8(at) ?? 0) ^ 1, at);
  return copy;
}
