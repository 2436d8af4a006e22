/** What of a database goes into a backup. */
import type pg from 'pg';
import type { BackupPartition, BackupSequence, BackupTable } from './backup-format.ts';
import { BackupError } from './backup-format.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/** Everything of Mainspring's lies in these. */
const SCHEMAS = ['public', 'mainspring'];
/** Made by migrating. */
const BOOKKEEPING = 'mainspring.migrations';

/** Generated columns make themselves. Partitions are read and written through their parent. */
const TABLES = `
  select n.nspname as schema, c.relname as name,
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    (select coalesce(array_agg(distinct tn.nspname || '.' || t.relname), '{}')
      from pg_constraint k join pg_class t on t.oid = k.confrelid join pg_namespace tn on tn.oid = t.relnamespace
      where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid and k.conparentid = 0) as needs
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any ($1)
  order by 1, 2`;

type TableRow = BackupTable & { readonly needs: readonly string[] };

/** In an order in which no row comes before one that it refers to. */
export async function listTables(client: Client): Promise<readonly BackupTable[]> {
  const { rows } = await client.query<TableRow>(TABLES, [SCHEMAS]);
  const waiting = new Map(rows.filter((row) => nameOf(row) !== BOOKKEEPING).map((row) => [nameOf(row), row]));
  const ordered: BackupTable[] = [];
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter(({ needs }) => !needs.some((need) => waiting.has(need)));
    if (free.length === 0) {
      throw new BackupError(`These tables refer to each other in a ring: ${[...waiting.keys()].join(', ')}.`);
    }
    for (const row of free) {
      waiting.delete(nameOf(row));
      ordered.push({ schema: row.schema, name: row.name, columns: row.columns });
    }
  }
  return ordered;
}

export function nameOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}

const PARTITIONS = `
  select n.nspname as schema, c.relname as name, p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bound
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
  where c.relispartition and c.relkind = 'r' and n.nspname = any ($1)
  order by 1, 2`;
const RANGE = /^FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)$/;

export async function listPartitions(client: Client): Promise<readonly BackupPartition[]> {
  const { rows } = await client.query<Omit<BackupPartition, 'from' | 'to'> & { bound: string }>(PARTITIONS, [SCHEMAS]);
  return rows.map(({ bound, ...partition }) => {
    const [, from, to] = RANGE.exec(bound) ?? [];
    if (from === undefined || to === undefined) {
      throw new BackupError(`${nameOf(partition)} holds no range of times but: ${bound}.`);
    }
    return { ...partition, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  });
}

const SEQUENCES = `
  select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and n.nspname = any ($1) order by 1, 2`;

/** Sequences stand outside of snapshots: read after one, they are never behind its rows. */
export async function listSequences(client: Client): Promise<readonly BackupSequence[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(SEQUENCES, [SCHEMAS]);
  const sequences: BackupSequence[] = [];
  for (const row of rows) {
    const state = await client.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${quoted(row)}`,
    );
    const { last = '1', called = false } = state.rows[0] ?? {};
    sequences.push({ ...row, lastValue: last, isCalled: called });
  }
  return sequences;
}

export function quoted({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${quote(schema)}.${quote(name)}`;
}

/** As PostgreSQL writes names that may hold anything. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
