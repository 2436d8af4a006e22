import type pg from 'pg';

/** For each table of organizations: how many rows one of them has there, and a digest over all of them. */
export type Snapshot = { readonly [table: string]: string };

const TENANT_TABLES = `
  select c.oid::regclass::text as name, case c.relname when 'organizations' then 'id' else 'org_id' end as org_column
  from pg_class c
  where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
    and (c.relname = 'organizations' or exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped))
  order by 1`;

export async function takeSnapshot(engine: pg.Pool, organizationId: string): Promise<Snapshot> {
  const digests = (await listTenantTables(engine)).map(
    ({ name, org_column }) => `
      select '${name}' as name, count(*) || ' rows ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as rows
      from ${name} t where ${org_column} = $1`,
  );
  const { rows } = await engine.query<{ name: string; rows: string }>(digests.join(' union all '), [organizationId]);
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}

/** Every id that any row of the organization holds: of its own things, and of all they point to. */
export async function listIds(engine: pg.Pool, organizationId: string): Promise<readonly string[]> {
  const { rows: columns } = await engine.query<{ name: string; org_column: string; column: string }>(`
    select t.name, t.org_column, a.attname as column from (${TENANT_TABLES}) t
    join pg_attribute a on a.attrelid = t.name::regclass and a.atttypid = 'uuid'::regtype and not a.attisdropped
    where a.attname <> 'org_id'`);
  const queries = columns.map(
    ({ name, org_column, column }) => `select ${column}::text as id from ${name} where ${org_column} = $1`,
  );
  const { rows } = await engine.query<{ id: string | null }>(queries.join(' union '), [organizationId]);
  return rows.flatMap(({ id }) => id ?? []);
}

async function listTenantTables(engine: pg.Pool) {
  return (await engine.query<{ name: string; org_column: string }>(TENANT_TABLES)).rows;
}
