/**
 * The rows of connections. Statements with `tx` run in a tenant's transaction, which sees that organization alone and
 * cannot read what is sealed; those with `engine` read it. Each names the organization besides.
 */
import type pg from 'pg';
import type { Transaction } from '../../../platform/db/database.ts';
import { isId } from '../../../platform/ids/id.ts';
import type { Envelope } from '../../../platform/secrets/envelope.ts';
import type { ConnectionKind } from '../connection-kind.ts';
import { connectionErrors } from './connection-errors.ts';

export type ConnectionRow = {
  readonly id: string;
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly hosts: string[];
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
};

const COLUMNS = ['id', 'name', 'kind', 'hosts', 'version', 'created_at', 'updated_at'] as const;

/** Throws connection_not_found for an id that is malformed, foreign, unknown or gone. */
export async function getConnectionRow(tx: Transaction, organizationId: string, id: string): Promise<ConnectionRow> {
  return (await findRow(tx, organizationId, id, false)) ?? fail();
}

/** The same, held until the transaction ends. */
export async function lockConnectionRow(tx: Transaction, organizationId: string, id: string): Promise<ConnectionRow> {
  return (await findRow(tx, organizationId, id, true)) ?? fail();
}

async function findRow(tx: Transaction, organizationId: string, id: string, lock: boolean) {
  if (!isId(id)) return undefined;
  const query = tx.selectFrom('connections').select(COLUMNS).where('org_id', '=', organizationId).where('id', '=', id);
  return (await (lock ? query.forUpdate() : query).executeTakeFirst()) as ConnectionRow | undefined;
}

function fail(): never {
  throw connectionErrors.connection_not_found();
}

/** Newest first: ids grow with time. */
export async function listConnectionRows(
  tx: Transaction,
  organizationId: string,
  page: { readonly limit: number; readonly before: string | null },
): Promise<readonly ConnectionRow[]> {
  let query = tx
    .selectFrom('connections')
    .select(COLUMNS)
    .where('org_id', '=', organizationId)
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return (await query.execute()) as ConnectionRow[];
}

export async function countConnections(tx: Transaction, organizationId: string): Promise<number> {
  const { n } = await tx
    .selectFrom('connections')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('org_id', '=', organizationId)
    .executeTakeFirstOrThrow();
  return Number(n);
}

export type NewConnectionRow = {
  readonly organizationId: string;
  readonly id: string;
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly hosts: readonly string[];
  readonly envelope: Envelope;
};

/** Throws connection_name_taken. */
export async function insertConnection(tx: Transaction, connection: NewConnectionRow): Promise<ConnectionRow> {
  const { organizationId, id, name, kind, hosts, envelope } = connection;
  const row = await tx
    .insertInto('connections')
    .values({ org_id: organizationId, id, name, kind, hosts: [...hosts], ...columnsOf(envelope) })
    .onConflict((conflict) => conflict.columns(['org_id', 'name']).doNothing())
    .returning(COLUMNS)
    .executeTakeFirst();
  if (row === undefined) throw connectionErrors.connection_name_taken();
  return row as ConnectionRow;
}

export type RowChange = {
  readonly name?: string | undefined;
  /** A new version: what is sealed, and the hosts in it. */
  readonly content?: { readonly version: number; readonly hosts: readonly string[]; readonly envelope: Envelope };
};

/** Throws connection_name_taken. */
export async function updateConnection(
  tx: Transaction,
  organizationId: string,
  id: string,
  { name, content }: RowChange,
): Promise<ConnectionRow> {
  if (name !== undefined && (await isNameTaken(tx, organizationId, id, name))) {
    throw connectionErrors.connection_name_taken();
  }
  const row = await tx
    .updateTable('connections')
    .set((eb) => ({
      updated_at: eb.fn('now'),
      ...(name !== undefined && { name }),
      ...(content && { version: content.version, hosts: [...content.hosts], ...columnsOf(content.envelope) }),
    }))
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return row as ConnectionRow;
}

async function isNameTaken(tx: Transaction, organizationId: string, id: string, name: string): Promise<boolean> {
  const row = await tx
    .selectFrom('connections')
    .select('id')
    .where('org_id', '=', organizationId)
    .where('name', '=', name)
    .where('id', '<>', id)
    .executeTakeFirst();
  return row !== undefined;
}

export async function removeConnection(tx: Transaction, organizationId: string, id: string): Promise<void> {
  await tx.deleteFrom('connections').where('org_id', '=', organizationId).where('id', '=', id).execute();
}

function columnsOf({ keyId, dataKey, sealed }: Envelope) {
  return { key_id: keyId, data_key: dataKey, sealed };
}

export type SealedRow = {
  readonly id: string;
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly version: number;
  readonly envelope: Envelope;
};

/** By id or by name. As the engine. */
export async function findSealedRow(
  engine: pg.Pool,
  organizationId: string,
  reference: string,
): Promise<SealedRow | undefined> {
  const { rows } = await engine.query({
    name: 'find-sealed-connection',
    text: `
      select id, name, kind, version, key_id, data_key, sealed from connections
      where org_id = $1 and (id = $2 or name = $3)`,
    // Names never look like ids, so at most one row fits.
    values: [organizationId, isId(reference) ? reference : null, reference],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const { id, name, kind, version, key_id, data_key, sealed } = row;
  return { id, name, kind, version, envelope: { keyId: key_id, dataKey: data_key, sealed } };
}
