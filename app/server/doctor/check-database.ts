import { statfs } from 'node:fs/promises';
import type pg from 'pg';
import { listPendingMigrations } from '../../platform/db/migrate.ts';
import { findHoles } from './find-holes.ts';
import { type Finding, failed, ok, warning } from './finding.ts';
import type { Patient } from './open-patient.ts';

/** The server itself: what it is, and whether a commit is on disk when it says so. */
export async function checkServer({ db, kind }: Pick<Patient, 'db' | 'kind'>): Promise<readonly Finding[]> {
  const { rows } = await db.owner.query<{ version: string; user: string }>(
    `select current_setting('server_version') as version, current_user as user`,
  );
  const { version = '', user = '' } = rows[0] ?? {};
  return [ok('database', `PostgreSQL ${version}, ${WHICH[kind]}, as ${user}`), await checkDurability(db.owner)];
}

const WHICH: { readonly [kind in Patient['kind']]: string } = {
  given: 'the one of DATABASE_URL',
  running: 'the one of the server that is running',
  started: 'the embedded one, started for this',
  'throw-away': 'an embedded one made for this: the data folder has no database yet',
};

const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

async function checkDurability(owner: pg.Pool): Promise<Finding> {
  const { rows } = await owner.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any ($1) order by name',
    [DURABLE],
  );
  const shown = rows.map(({ name, setting }) => `${name} ${setting}`).join(', ');
  const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => name);
  if (off.length > 0) {
    return failed('database', `${shown}: a crash may lose what was answered as accepted. Turn ${off.join(', ')} on.`);
  }
  const weak = rows.find(({ name, setting }) => name === 'synchronous_commit' && setting === 'local');
  if (weak) return warning('database', `${shown}: commits do not wait for your synchronous standbys.`);
  return ok('database', shown);
}

/** Whether the tables are those of this version. Where they are not, nothing that needs them can be checked. */
export async function checkMigrations({ db, kind }: Pick<Patient, 'db' | 'kind'>): Promise<Finding> {
  const pending = await listPendingMigrations(db.owner);
  if (pending.length === 0) return ok('migrations', 'the database is at this version');
  const named = `${pending.length === 1 ? 'One is' : `${pending.length} are`} pending, from ${pending[0]} on.`;
  const advice =
    kind === 'running'
      ? 'The running server is older than this program: restart it.'
      : 'Run npx mainspring migrate, or start the server, which does it.';
  return failed('migrations', `${named} ${advice}`);
}

/** The walls between organizations: what the catalogue says of them, and a stranger who sees nothing. */
export async function checkIsolation({ db }: Pick<Patient, 'db'>): Promise<Finding> {
  const holes = await findHoles(db.owner);
  const { rows: tables } = await db.owner.query<{ name: string }>(TENANT_TABLES);
  const seen = await findSeen(db, tables);
  const leaks = seen.map((name) => `an organization that does not exist sees rows of ${name}`);
  const all = [...leaks, ...holes];
  if (all.length > 0) {
    const more = all.length > MOST_SHOWN ? `; and ${all.length - MOST_SHOWN} more` : '';
    return failed('isolation', `${all.slice(0, MOST_SHOWN).join('; ')}${more}`);
  }
  return ok('isolation', `row-level security is forced on all ${tables.length} tables of organizations`);
}

const MOST_SHOWN = 5;

const TENANT_TABLES = `
  select c.oid::regclass::text as name
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
  order by 1`;

/** A random id, so that no organization has it. */
const STRANGER = 'select gen_random_uuid() as id';

async function findSeen(db: Patient['db'], tables: readonly { readonly name: string }[]): Promise<readonly string[]> {
  const { rows } = await db.owner.query<{ id: string }>(STRANGER);
  const client = await db.tenantPool.connect();
  const seen: string[] = [];
  try {
    await client.query('begin');
    await client.query("select set_config('mainspring.org', $1, true)", [rows[0]?.id]);
    for (const { name } of tables) {
      const { rowCount } = await client.query(`select from ${name} limit 1`);
      if (rowCount) seen.push(name);
    }
  } finally {
    await client.query('rollback');
    client.release();
  }
  return seen;
}

const LOW_BYTES = 2 * 1024 ** 3;
const EMPTY_BYTES = 200 * 1024 ** 2;

/** Where the embedded database writes. The disk of one's own PostgreSQL cannot be seen from here. */
export async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir);
  const freeBytes = bavail * bsize;
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free for ${dataDir}`;
  if (freeBytes < EMPTY_BYTES) return failed('disk', `${text}: too little to go on. Make room.`);
  if (freeBytes < LOW_BYTES) return warning('disk', `${text}. Make room before it runs out.`);
  return ok('disk', text);
}
