/** The walls between organizations as PostgreSQL itself describes them. */
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../app/platform/db/testing/create-test-database.ts';
import { findHoles } from '../../../app/server/doctor/find-holes.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

test('the walls are whole', async () => {
  expect(await findHoles(db.owner)).toEqual([]);
});

/** Of the server as such, or of people, who may be in several organizations; no tenant's connection reads them. */
const TABLES_OF_NOBODY = [
  'accounts',
  'mainspring.migrations',
  'server_facts',
  'sessions',
  'two_factors',
  'users',
  'verifications',
  'workers',
];

test('every table names its organization, but those of the server as such', async () => {
  const { rows } = await db.owner.query<{ name: string }>(`
    select c.oid::regclass::text as name from pg_class c
    where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'organizations'
      and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
      and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')
    order by 1`);
  expect(rows.map(({ name }) => name)).toEqual(TABLES_OF_NOBODY);
});

/** Each is unguessable or the server's own count, so that a clash tells nobody anything. */
const KEYS_ACROSS_ORGANIZATIONS = [
  'api_keys_hash', // of 32 random bytes
  'hooks_by_token', // of 32 random bytes
  'invitations_token_hash_key', // of 32 random bytes
  'run_inbox_pkey', // run ids and numbers that the server gives
];

test('a key is unique within its organization, but those that nobody can choose', async () => {
  const { rows } = await db.owner.query<{ name: string }>(`
    select i.indexrelid::regclass::text as name
    from pg_index i join pg_class c on c.oid = i.indrelid
    where i.indisunique and not c.relispartition
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')
      and not exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and a.attnum = any (i.indkey))
    order by 1`);
  expect(rows.map(({ name }) => name)).toEqual(KEYS_ACROSS_ORGANIZATIONS);
});

const OWN = 'org_id = mainspring.current_org()';
const TABLE = 'create table notes (org_id uuid not null, id uuid not null, body text, primary key (org_id, id));';
const PROTECTED = `${TABLE} select mainspring.protect('notes');`;
const withPolicy = (conditions: string) =>
  `${PROTECTED} drop policy tenant_isolation on notes;
   create policy tenant_isolation on notes to mainspring_tenant ${conditions}`;

/** What is planted, and what must be said of it. */
const PLANTED: readonly (readonly [string, string, RegExp])[] = [
  ['a table without row-level security', TABLE, /not enabled on notes/],
  ['a table whose owner passes', `${PROTECTED} alter table notes no force row level security`, /not forced on notes/],
  [
    'a table without its policy',
    `${PROTECTED} drop policy tenant_isolation on notes`,
    /tenant_isolation of notes is mis/,
  ],
  ['a policy that lets all through', withPolicy('using (true) with check (true)'), /tenant_isolation of notes is not/],
  [
    'a policy that lets all be written',
    withPolicy(`using (${OWN}) with check (true)`),
    /tenant_isolation of notes is not/,
  ],
  ['a policy beside the two', `${PROTECTED} create policy more on notes using (true)`, /policy more of notes/],
  [
    'a row of nobody',
    `${PROTECTED} alter table notes drop constraint notes_pkey, alter org_id drop not null`,
    /may be null/,
  ],
  [
    'a key into another organization',
    `${PROTECTED} alter table workflows add unique (id); alter table notes add foreign key (id) references workflows (id)`,
    /does not hold the organization/,
  ],
  ['a right of everybody', `${PROTECTED} grant select on notes to public`, /PUBLIC has SELECT on notes/],
  [
    'a right of everybody to a column',
    `${PROTECTED} grant select (body) on notes to public`,
    /PUBLIC has SELECT on notes/,
  ],
  ['a right to empty a table', `${PROTECTED} grant truncate on notes to mainspring_tenant`, /has TRUNCATE on notes/],
  [
    'a right that is passed on',
    `${PROTECTED} grant select on notes to mainspring_tenant with grant option`,
    /may pass/,
  ],
  ['a right to a table of nobody', 'grant select on server_facts to mainspring_tenant', /server_facts, which has no/],
  [
    'a way around the parent',
    `create table notes (org_id uuid not null) partition by list (org_id); create table notes_rest partition of notes default;
       select mainspring.protect('notes'); grant select on notes_rest to mainspring_tenant`,
    /SELECT on the partition notes_rest/,
  ],
  ['a view', 'create view all_runs as select * from runs', /view all_runs reads runs/],
  ['a view upon a view', 'create view a as select * from runs; create view b as select * from a', /view a reads runs/],
  ['a stored view', 'create materialized view kept as select org_id from events', /view kept reads events/],
  ['a rule', 'create rule also as on insert to messages do also notify messages', /rule also/],
  [
    'a function with more rights',
    'create function reads_all() returns setof runs language sql security definer as $$ select * from runs $$',
    /function reads_all\(\) runs with the rights/,
  ],
  [
    'the meant function, open to be called',
    'grant execute on function mainspring.chain_audit_row() to public',
    /chain_audit_row\(\) runs with the rights/,
  ],
  [
    'another answer to whose rows these are',
    `create or replace function mainspring.current_org() returns uuid language sql
       return coalesce(current_setting('mainspring.org', true)::uuid, gen_random_uuid())`,
    /current_org\(\) is not the one/,
  ],
  ['a role past security', 'alter role mainspring_tenant bypassrls', /mainspring_tenant passes row-level security/],
  ['a role that logs in', 'alter role mainspring_engine login', /mainspring_engine may log in/],
  ['a role in another', 'grant mainspring_engine to mainspring_tenant', /is a member of mainspring_engine/],
  ['a role that reads all', 'grant pg_read_all_data to mainspring_tenant', /is a member of pg_read_all_data/],
  ['a role that owns', `${PROTECTED} alter table notes owner to mainspring_engine`, /mainspring_engine owns notes/],
  [
    'a role that makes things',
    'grant create on schema public to mainspring_tenant',
    /make things in the schema public/,
  ],
  [
    'rights of the future',
    'alter default privileges grant select on tables to mainspring_tenant',
    /default privileges/,
  ],
];

describe('a hole is found', () => {
  test.each(PLANTED)('%s', async (_, plant, hole) => {
    expect(await findPlanted(plant)).toEqual(expect.arrayContaining([expect.stringMatching(hole)]));
  });

  test('an organization for whoever names none', async () => {
    const { rows } = await db.owner.query<{ name: string }>('select current_database() as name');
    const plant = `alter database ${rows[0]?.name} set mainspring.org = '01a1fbcd-379c-772e-bc1f-2225f813f602'`;
    expect(await findPlanted(plant)).toEqual([expect.stringMatching(/mainspring.org is set/)]);
  });

  /** Planted in a transaction that is never committed: roles belong to every database of the server. */
  async function findPlanted(plant: string): Promise<readonly string[]> {
    const client: pg.PoolClient = await db.owner.connect();
    try {
      await client.query('begin');
      await client.query(plant);
      return await findHoles(client);
    } finally {
      await client.query('rollback');
      client.release();
    }
  }
});
