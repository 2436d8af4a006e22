import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Transaction } from '../db/database.ts';
import { createTestDatabase, type TestDatabase } from '../db/testing/create-test-database.ts';
import { newId } from '../ids/id.ts';
import { type AuditVerdict, verifyAudit } from './verify-audit.ts';
import { type AuditEntry, writeAudit, writeAuditAsEngine } from './write-audit.ts';

let db: TestDatabase;
let org: string;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  org = newId();
  await db.engine.query('delete from organizations');
  await db.engine.query('insert into organizations (id, name) values ($1, $2)', [org, 'Audited']);
});

function entry(more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    organizationId: org,
    actor: { kind: 'api_key', id: 'key-1' },
    action: 'thing.changed',
    object: { type: 'thing', id: '7' },
    before: { n: 1 },
    after: { n: 2, text: 'ä "\ud800" 🎉\u0000' },
    ...more,
  };
}

const write = (more: Partial<AuditEntry> = {}) => db.withTenant(org, (tx) => writeAudit(tx, entry(more)));

async function writeSome(rows: number): Promise<void> {
  for (let n = 0; n < rows; n++) await write({ object: { type: 'thing', id: String(n) } });
}

async function verdicts(): Promise<readonly AuditVerdict[]> {
  const all: AuditVerdict[] = [];
  await verifyAudit(db, (verdict) => void all.push(verdict));
  return all;
}

describe('the audit log', () => {
  test('numbers rows by organization and verifies', async () => {
    const other = newId();
    await db.engine.query('insert into organizations (id, name) values ($1, $2)', [other, 'Other']);
    await writeSome(3);
    await db.withTenant(other, (tx) => writeAudit(tx, entry({ organizationId: other, before: null, after: null })));
    await db.engineTransaction((client) => writeAuditAsEngine(client, entry({ actor: { kind: 'system' } })));
    expect(await verdicts()).toEqual([
      { kind: 'sound', organizationId: org, rows: 4, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { kind: 'sound', organizationId: other, rows: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  test('leaves no gap where changes race and some of them fail', async () => {
    const changes = Array.from({ length: 40 }, (_, n) =>
      db.withTenant(org, async (tx) => {
        await writeAudit(tx, entry({ object: { type: 'thing', id: String(n) } }));
        if (n % 3 === 0) throw new Error('the change fails');
      }),
    );
    const settled = await Promise.allSettled(changes);
    const written = settled.filter(({ status }) => status === 'fulfilled').length;
    expect(written).toBe(26);
    expect(await verdicts()).toEqual([expect.objectContaining({ kind: 'sound', rows: written })]);
  });

  test('of any length verifies', async () => {
    await db.engine.query(
      `insert into audit_log (org_id, actor_kind, action, object_type, object_id)
       select $1, 'system', 'thing.made', 'thing', n::text from generate_series(1, 2000) n`,
      [org],
    );
    await writeSome(1);
    expect(await verdicts()).toEqual([expect.objectContaining({ kind: 'sound', rows: 2001 })]);
  });

  test('is one with its change: what cannot be recorded does not happen', async () => {
    const rename = (tx: Transaction) => sql`update organizations set name = 'Changed'`.execute(tx);
    const change = db.withTenant(org, async (tx) => {
      await rename(tx);
      await writeAudit(tx, entry({ actor: { kind: 'api_key', id: null as never } }));
    });
    await expect(change).rejects.toThrow('audit_log');
    const { rows } = await db.engine.query('select name from organizations');
    expect(rows).toEqual([{ name: 'Audited' }]);
  });

  test.each([
    ['changed', 'update audit_log set action = action'],
    ['deleted', 'delete from audit_log'],
    ['moved', 'update audit_heads set seq = 9'],
    [
      'forged',
      `insert into audit_log (org_id, seq, at, actor_kind, action, object_type, object_id, prev_hash, hash)
      select id, 9, now(), 'system', 'x', 'x', 'x', 'x', 'x' from organizations`,
    ],
  ])('cannot be %s by the roles of the server', async (_name, statement) => {
    await writeSome(1);
    await expect(db.engine.query(statement)).rejects.toThrow('permission denied');
    const asTenant = db.withTenant(org, (tx) => sql.raw(statement).execute(tx));
    await expect(asTenant).rejects.toThrow('permission denied');
  });

  test('cannot be written for another organization', async () => {
    const foreign = newId();
    await db.engine.query('insert into organizations (id, name) values ($1, $2)', [foreign, 'Foreign']);
    await expect(write({ organizationId: foreign })).rejects.toThrow('row-level security');
    expect(await verdicts()).toEqual([]);
  });

  test('is read by its organization alone', async () => {
    await writeSome(2);
    const seen = (organizationId: string) =>
      db.withTenant(organizationId, async (tx) => (await sql`select 1 from audit_log`.execute(tx)).rows.length);
    expect([await seen(org), await seen(newId())]).toEqual([2, 0]);
  });
});

describe('the verifier finds', () => {
  const asOwner = (statement: string) =>
    db.owner.query(`set session_replication_role = replica; ${statement}; reset session_replication_role`);

  test.each([
    ['a changed action', "update audit_log set action = 'x' where seq = 3", 3, 'was changed'],
    ['a changed actor', "update audit_log set actor_id = 'key-2' where seq = 3", 3, 'was changed'],
    ['a changed time', "update audit_log set at = at + interval '1 microsecond' where seq = 3", 3, 'was changed'],
    ['a changed summary', `update audit_log set after = '{"n":3}' where seq = 3`, 3, 'was changed'],
    ['a summary taken away', 'update audit_log set before = null where seq = 3', 3, 'was changed'],
    [
      'text moved between fields',
      "update audit_log set object_type = 'thin', object_id = 'g2' where seq = 3",
      3,
      'was changed',
    ],
    [
      'a changed row with a hash that fits it',
      `update audit_log set action = 'x', hash = sha256('x') where seq = 3`,
      3,
      'was changed',
    ],
    ['a row taken out', 'delete from audit_log where seq = 3', 3, 'is missing'],
    [
      'a row taken out and the rest renumbered',
      'delete from audit_log where seq = 3; update audit_log set seq = seq - 1 where seq > 3',
      3,
      'does not follow',
    ],
    ['the first row taken out', 'delete from audit_log where seq = 1', 1, 'is missing'],
    ['the last rows taken out', 'delete from audit_log where seq > 3', 4, 'is missing, and all after it'],
    ['all rows taken out', 'delete from audit_log', 1, 'is missing, and all after it'],
    [
      'rows that changed places',
      'update audit_log set seq = case seq when 2 then 103 when 3 then 102 else seq end; update audit_log set seq = seq - 100 where seq > 100',
      2,
      'does not follow',
    ],
    [
      'a row that nobody wrote',
      `insert into audit_log select org_id, 6, at, actor_kind, actor_id, action, object_type, object_id, before, after, hash, sha256('x') from audit_log where seq = 5`,
      6,
      'was changed',
    ],
    ['a head set back', 'update audit_heads set seq = 4', 5, 'not written by the server'],
    ['another newest row', "update audit_heads set hash = sha256('x')", 5, 'not the one that was written'],
    ['no head', 'delete from audit_heads', 5, 'record of the newest row is missing'],
  ])('%s', async (_name, statement, seq, reason) => {
    await writeSome(5);
    await asOwner(statement);
    expect(await verdicts()).toEqual([
      { kind: 'broken', organizationId: org, seq, reason: expect.stringContaining(reason) },
    ]);
  });
});
