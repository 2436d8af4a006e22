import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../platform/auth/create-api-key.ts';
import { createTestDatabase, type TestDatabase } from '../platform/db/testing/create-test-database.ts';
import { makeTemporaryFolder } from '../platform/db/testing/temporary-folder.ts';
import { newId } from '../platform/ids/id.ts';
import { createLog } from '../platform/log/log.ts';
import { createRuntime } from '../runtime/create-runtime.ts';
import { checkAudit } from './doctor/check-audit.ts';
import { checkIsolation } from './doctor/check-database.ts';
import { checkSchedules } from './doctor/check-schedules.ts';
import type { Finding } from './doctor/finding.ts';
import { examine } from './doctor.ts';
import { databaseUrl } from './testing/database-url.ts';
import { spawnServer } from './testing/spawn-server.ts';
import { verifyAuditLog } from './verify-audit-log.ts';

async function findingsOf(env: Record<string, string>): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => void findings.push(finding);
  await examine({ env, onFinding, signal: new AbortController().signal });
  return findings;
}

const about = (findings: readonly Finding[], subject: Finding['about']) =>
  findings.filter((finding) => finding.about === subject).map(({ kind, text }) => `${kind}: ${text}`);

/** How many rows each table of organizations has, and how many databases there are. */
async function contents(db: TestDatabase): Promise<unknown> {
  const tables = Object.keys((await db.owner.query(TABLE_COUNTS)).rows[0].counts);
  const counts = await Promise.all(
    tables.map(async (table) => [table, (await db.owner.query(`select count(*) from ${table}`)).rows[0].count]),
  );
  const { rows } = await db.owner.query("select datname from pg_database where datname like '%doctor%'");
  return [Object.fromEntries(counts), rows];
}
const TABLE_COUNTS = `
  select json_object_agg(relname, 0) as counts from pg_class
  where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace`;

const LONG_PAST = "update schedules set next_at = now() - interval '5 minutes'";

describe('an embedded database', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await makeTemporaryFolder();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('that does not exist yet is tried out beside its place, and everything holds', async () => {
    const findings = await findingsOf({ MAINSPRING_DATA: join(folder, 'new') });
    expect(findings.filter(({ kind }) => kind === 'failed')).toEqual([]);
    expect(about(findings, 'database')[0]).toMatch(/^ok: PostgreSQL 18.*made for this/);
    expect(about(findings, 'queue')[0]).toMatch(
      /^ok: a run was accepted, claimed by a worker of its own and completed/,
    );
    expect(about(findings, 'timers')[0]).toMatch(/^(ok|warning): a wait of 1 s ended \d+ ms after its time/);
    expect(about(findings, 'mail')[0]).toMatch(/^warning: .*stays in the outbox/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('is examined beside the running server, by its workers, and again at rest', async () => {
    const env = { MAINSPRING_DATA: join(folder, 'running'), PORT: '0' };
    const server = await spawnServer(env);
    try {
      const findings = await findingsOf(env);
      expect(findings.filter(({ kind }) => kind === 'failed')).toEqual([]);
      expect(about(findings, 'database')[0]).toContain('the one of the server that is running');
      expect(about(findings, 'queue')[0]).toContain('claimed by the running workers');
      expect(about(findings, 'secrets')).toEqual(['ok: the master key opens what is stored']);
    } finally {
      await server.stop();
    }
    const atRest = await findingsOf(env);
    expect(atRest.filter(({ kind }) => kind === 'failed')).toEqual([]);
    expect(about(atRest, 'queue')[0]).toContain('claimed by a worker of its own');

    await chmod(join(env.MAINSPRING_DATA, 'secret.key'), 0o644);
    await writeFile(join(env.MAINSPRING_DATA, 'secret.key'), `${Buffer.alloc(32, 9).toString('base64')}\n`);
    const wrong = await findingsOf(env);
    expect(about(wrong, 'files')[0]).toMatch(
      /^failed: .*secret\.key is open to other users \(mode 644\). Run: chmod 600/,
    );
    expect(about(wrong, 'secrets')[0]).toMatch(/^failed: The master key is not the one/);
    await rm(join(env.MAINSPRING_DATA, 'secret.key'));
    expect(about(await findingsOf(env), 'secrets')[0]).toMatch(/^failed: .*there is no secret\.key/);
  }, 60_000);
});

describe('a database of DATABASE_URL', () => {
  let db: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    db = await createTestDatabase();
    env = { DATABASE_URL: databaseUrl(db.connection), MAINSPRING_DATA: '/nowhere' };
  });
  afterAll(() => db.drop());

  test('that may lose commits fails', async () => {
    // Databases of tests run without fsync.
    expect(about(await findingsOf(env), 'database')[1]).toMatch(/^failed: fsync off.*Turn fsync, .* on\.$/);
  });

  test('without workers is tried in a database of its own', async () => {
    const before = await contents(db);
    const queue = about(await findingsOf(env), 'queue');
    expect(queue).toEqual([
      expect.stringMatching(/^warning: no worker is running/),
      expect.stringMatching(/^ok: .*a worker of its own/),
    ]);
    expect(await contents(db)).toEqual(before);
  });

  test('with workers is tried by them, in an organization that is gone afterwards', async () => {
    const runtime = createRuntime({
      db,
      connection: db.connection,
      actions: new Map(),
      roles: { worker: true, scheduler: false },
      leaseMs: 10_000,
      retentionDays: 90,
      newId,
      log: createLog({ level: 'silent' }),
    });
    await runtime.start();
    try {
      const before = await contents(db);
      expect(about(await findingsOf(env), 'queue')).toEqual([expect.stringMatching(/^ok: .*the running workers/)]);
      expect(await contents(db)).toEqual(before);
    } finally {
      await runtime.stop();
    }
  });

  test('fails where a wall between organizations is open', async () => {
    await db.owner.query('alter table hooks no force row level security');
    expect(await checkIsolation({ db })).toMatchObject({
      kind: 'failed',
      text: expect.stringMatching(/not forced.* on hooks$/),
    });
    await db.owner.query('alter table hooks force row level security');

    await db.owner.query('create policy leak on organizations for select to mainspring_tenant using (true)');
    await db.owner.query('create policy leak on hooks for select to mainspring_tenant using (true)');
    await db.engine.query('insert into organizations (id, name) values ($1, $2)', [newId(), 'Seen by all']);
    await db.engine.query(`
      with w as (insert into workflows (org_id, id, name, draft) select id, id, 'W', '{}' from organizations returning *)
      insert into hooks (org_id, workflow_id, trigger_id, token_hash, token_sealed)
      select org_id, id, 't', 'x', 'x' from w`);
    expect(await checkIsolation({ db })).toMatchObject({
      kind: 'failed',
      text: expect.stringMatching(
        /^an organization that does not exist sees rows of hooks; the policy leak of hooks is not .*of organizations is/,
      ),
    });
    await db.owner.query('drop policy leak on hooks');
    await db.owner.query('drop policy leak on organizations');
    expect(await checkIsolation({ db })).toMatchObject({ kind: 'ok' });
  });

  test.each([
    ['no tick', 'delete from schedules', true, /^failed: t of workflow .* will never fire/],
    ['the tick of an old version', 'update schedules set version = 7', true, /^failed: .*old version/],
    ['no further tick', 'update schedules set next_at = null', true, /^warning: .*no further time/],
    ['a tick long past', LONG_PAST, true, /^failed: .*overdue, by up to 30\d s\. Is a process/],
    ['a tick long past while no server runs', LONG_PAST, false, /^warning: .*The next start fires it/],
    ['one tick ahead', 'select 1', true, /^ok: each of the 1 that are on/],
  ])('tells of a schedule that has %s', async (_name, change, served, text) => {
    const id = newId();
    const definition = JSON.stringify({ triggers: [{ id: 't', type: 'schedule', cron: '0 9 * * *' }] });
    await db.engine.query('insert into organizations (id, name) values ($1, $2)', [id, 'Scheduled']);
    await db.engine.query('insert into workflow_versions values ($1, $1, 1, $2)', [id, definition]);
    await db.engine.query('insert into deployments values ($1, $1, 1, true)', [id]);
    await db.engine.query("insert into schedules values ($1, $1, 't', 1, now() + interval '1 hour')", [id]);
    await db.engine.query(change);
    expect(about(await checkSchedules(db.engine, served), 'schedules')).toEqual([expect.stringMatching(text)]);
    await db.engine.query('delete from organizations where id = $1', [id]);
  });

  test('fails where the audit log was tampered with, which its verifier tells as well', async () => {
    const id = newId();
    await db.engine.query('insert into organizations (id, name) values ($1, $2)', [id, 'Audited']);
    for (const name of ['a', 'b']) {
      await createApiKey(db.engine, { organizationId: id, name, by: { kind: 'system' } });
    }
    const verify = async () => {
      const verdicts: unknown[] = [];
      await verifyAuditLog(env, (verdict) => void verdicts.push(verdict));
      return verdicts;
    };
    expect(await verify()).toEqual([expect.objectContaining({ kind: 'sound', organizationId: id, rows: 2 })]);
    expect(await checkAudit({ db })).toEqual([expect.objectContaining({ text: 'the log is whole, rows: 2' })]);
    await db.owner.query("update audit_log set action = 'nothing' where seq = 1");
    expect(await verify()).toEqual([
      expect.objectContaining({ kind: 'broken', seq: 1, reason: 'the row was changed' }),
    ]);
    expect(about(await findingsOf(env), 'audit')).toEqual([
      `failed: of organization ${id}, row 1: the row was changed.`,
    ]);
    await db.engine.query('delete from organizations where id = $1', [id]);
  });

  test('of an older version is not touched', async () => {
    await db.owner.query("delete from mainspring.migrations where name = '20261121-0310-server-facts.sql'");
    const findings = await findingsOf(env);
    expect(about(findings, 'migrations')).toEqual([
      expect.stringMatching(
        /^failed: One is pending, from 20261121-0310-server-facts\.sql on\. Run npx mainspring migrate/,
      ),
    ]);
    expect(about(findings, 'queue')).toEqual([]);
    expect((await db.owner.query("select from mainspring.migrations where name like '%server-facts%'")).rowCount).toBe(
      0,
    );
  });

  test('that cannot be reached fails, and the rest is checked', async () => {
    const findings = await findingsOf({ ...env, DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' });
    expect(about(findings, 'database')).toEqual([
      expect.stringMatching(/^failed: DATABASE_URL: the database cannot be/),
    ]);
    expect(about(findings, 'mail')).toHaveLength(1);
  });
});

describe('mail', () => {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      username === 'ada' && password === 'right' ? done(null, { user: 'ada' }) : done(new Error('no')),
  });
  const refused = { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' };
  let port: number;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  test.each([
    ['a server that lets us in', 'right', 'team@example.com', /^ok: 127\.0\.0\.1:\d+ lets us in$/],
    ['a server without a sender', 'right', '', /^warning: .*MAIL_FROM is not set/],
    ['a wrong password', 'wrong', 'team@example.com', /^failed: .*did not accept the user name and password/],
  ])('tells of %s', async (_name, password, from, text) => {
    const env = { ...refused, SMTP_URL: `smtp://ada:${password}@127.0.0.1:${port}`, MAIL_FROM: from };
    expect(about(await findingsOf(env), 'mail')).toEqual([expect.stringMatching(text)]);
  });
});

test('a wrong setting ends the examination with what is right', async () => {
  expect(await findingsOf({ PORT: 'high' })).toEqual([
    { kind: 'failed', about: 'settings', text: expect.stringContaining('PORT must be a port from 0') },
  ]);
});
