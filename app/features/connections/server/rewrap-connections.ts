import type pg from 'pg';
import { writeAuditAsEngine } from '../../../platform/audit/write-audit.ts';
import { rewrapKey, type WrappedKey } from '../../../platform/secrets/envelope.ts';
import type { MasterKeys } from '../../../platform/secrets/master-keys.ts';
import { SecretError } from '../../../platform/secrets/secret-error.ts';
import { sealContext } from './sealed-connection.ts';

/** Where the last batch ended. */
export type RewrapCursor = { readonly organizationId: string; readonly id: string };

export type RewrapBatch = {
  readonly rewrapped: number;
  /** Those whose data key cannot be unwrapped, and why; they stay as they are. */
  readonly broken: readonly { readonly organizationId: string; readonly id: string; readonly reason: string }[];
  /** Null: there are no more. */
  readonly next: RewrapCursor | null;
};

type Row = {
  readonly org_id: string;
  readonly id: string;
  readonly version: number;
  readonly key_id: string;
  readonly data_key: Buffer;
};

// Locked, so that a change of the same connection waits, or is waited for.
const NEXT = `
  select org_id, id, version, key_id, data_key from connections
  where key_id <> $1 and (org_id, id) > ($2::uuid, $3::uuid)
  order by org_id, id limit $4 for update`;
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Wraps the data keys of the next connections with another master key; secrets are not touched. One transaction a
 * batch: cut off between two, it goes on with what is left.
 */
export async function rewrapConnections(
  client: pg.PoolClient,
  masterKeys: MasterKeys,
  given: { readonly toKeyId: string; readonly after: RewrapCursor | null; readonly limit: number },
): Promise<RewrapBatch> {
  const { toKeyId, after, limit } = given;
  const { rows } = await client.query<Row>(NEXT, [toKeyId, after?.organizationId ?? NIL, after?.id ?? NIL, limit]);
  const done: (Row & { readonly wrapped: WrappedKey })[] = [];
  const broken: RewrapBatch['broken'][number][] = [];
  for (const row of rows) {
    const wrapped = await rewrap(row, masterKeys, toKeyId);
    if (wrapped instanceof SecretError) {
      broken.push({ organizationId: row.org_id, id: row.id, reason: wrapped.message });
    } else done.push({ ...row, wrapped });
  }
  await store(client, toKeyId, done);
  const last = rows.at(-1);
  const next = last !== undefined && rows.length === limit ? { organizationId: last.org_id, id: last.id } : null;
  return { rewrapped: done.length, broken, next };
}

/** The ids of all master keys that some connection needs. */
export async function listConnectionKeys(engine: pg.Pool): Promise<readonly string[]> {
  const { rows } = await engine.query<{ key_id: string }>('select distinct key_id from connections order by key_id');
  return rows.map(({ key_id }) => key_id);
}

async function rewrap(row: Row, masterKeys: MasterKeys, toKeyId: string): Promise<WrappedKey | SecretError> {
  const context = sealContext({ organizationId: row.org_id, id: row.id, version: row.version });
  try {
    return await rewrapKey(masterKeys, { keyId: row.key_id, dataKey: row.data_key }, toKeyId, context);
  } catch (error) {
    if (error instanceof SecretError) return error;
    throw error;
  }
}

async function store(
  client: pg.PoolClient,
  keyId: string,
  done: readonly (Row & { readonly wrapped: WrappedKey })[],
): Promise<void> {
  if (done.length === 0) return;
  await client.query(
    `update connections c set key_id = $1, data_key = w.data_key
     from unnest($2::uuid[], $3::uuid[], $4::bytea[]) as w (org_id, id, data_key)
     where c.org_id = w.org_id and c.id = w.id`,
    [keyId, done.map((row) => row.org_id), done.map((row) => row.id), done.map(({ wrapped }) => wrapped.dataKey)],
  );
  for (const [organizationId, rows] of Map.groupBy(done, (row) => row.org_id)) {
    await writeAuditAsEngine(client, {
      organizationId,
      actor: { kind: 'system' },
      action: 'connection_keys.rewrapped',
      object: { type: 'organization', id: organizationId },
      before: null,
      after: { connections: rows.length, keyId },
    });
  }
}
