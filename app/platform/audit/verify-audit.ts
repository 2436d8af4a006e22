/** Reads audit logs from their first row to their last and works out every hash afresh, apart from the database. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../db/database.ts';

export type AuditVerdict =
  | {
      readonly kind: 'sound';
      readonly organizationId: string;
      readonly rows: number;
      /** Of the newest row, hexadecimal. Whoever keeps it elsewhere can tell later that nothing before it was changed. */
      readonly hash: string;
    }
  | {
      readonly kind: 'broken';
      readonly organizationId: string;
      /** The first row that is not as it was written, or its place where it is missing. */
      readonly seq: number;
      readonly reason: string;
    };

type Row = {
  readonly org_id: string;
  readonly seq: number;
  readonly at: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly action: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly prev_hash: Buffer;
  readonly hash: Buffer;
};

const BATCH = 1_000;
const HASH_BYTES = 32;

/** One verdict for each organization that has a log, as they are made. All see the same moment. */
export async function verifyAudit(
  db: Pick<Database, 'engineTransaction'>,
  onVerdict: (verdict: AuditVerdict) => void,
): Promise<void> {
  await db.engineTransaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const { rows } = await client.query<{ org_id: string }>(
      'select org_id from audit_heads union select distinct org_id from audit_log order by org_id',
    );
    for (const { org_id } of rows) onVerdict(await verifyOrganization(client, org_id));
  });
}

async function verifyOrganization(client: pg.PoolClient, organizationId: string): Promise<AuditVerdict> {
  const broken = (seq: number, reason: string): AuditVerdict => ({ kind: 'broken', organizationId, seq, reason });
  let last: Place = { seq: 0, hash: Buffer.alloc(HASH_BYTES) };
  for (;;) {
    const { rows } = await client.query<Row>(ROWS, [organizationId, last.seq, BATCH]);
    for (const row of rows) {
      const fault = findFault(row, last);
      if (fault !== null) return broken(fault.seq, fault.reason);
      last = { seq: row.seq, hash: row.hash };
    }
    if (rows.length < BATCH) break;
  }
  const { rows: heads } = await client.query<{ seq: number; hash: Buffer }>(
    'select seq, hash from audit_heads where org_id = $1',
    [organizationId],
  );
  const [head] = heads;
  if (head === undefined) return broken(last.seq, 'the record of the newest row is missing');
  if (head.seq > last.seq) return broken(last.seq + 1, 'the row is missing, and all after it');
  if (head.seq < last.seq) return broken(head.seq + 1, 'the row was not written by the server');
  if (!head.hash.equals(last.hash)) return broken(last.seq, 'the row is not the one that was written');
  return { kind: 'sound', organizationId, rows: last.seq, hash: last.hash.toString('hex') };
}

type Place = { readonly seq: number; readonly hash: Buffer };

function findFault(row: Row, last: Place): { readonly seq: number; readonly reason: string } | null {
  const expected = last.seq + 1;
  if (row.seq !== expected) return { seq: expected, reason: 'the row is missing' };
  if (!row.prev_hash.equals(last.hash)) return { seq: row.seq, reason: 'the row does not follow the one before it' };
  if (!row.hash.equals(hashOf(row))) return { seq: row.seq, reason: 'the row was changed' };
  return null;
}

// json as text, so that it is hashed as it was written.
const ROWS = `
  select org_id::text, seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
    actor_kind, actor_id, action, object_type, object_id, before::text, after::text, prev_hash, hash
  from audit_log where org_id = $1 and seq > $2 order by seq limit $3`;

/** As the database's trigger does it: SHA-256 over the hash before and each field behind its length in bytes. */
function hashOf(row: Row): Buffer {
  const { org_id, seq, at, actor_kind, actor_id, action, object_type, object_id, before, after } = row;
  const fields = [org_id, String(seq), at, actor_kind, actor_id, action, object_type, object_id, before, after];
  const text = fields.map((field) => (field === null ? '-' : `${Buffer.byteLength(field)}:${field}`)).join('');
  return createHash('sha256').update(row.prev_hash).update(text, 'utf8').digest();
}
