import type { Caller } from '../../../platform/auth/caller.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { SecretError } from '../../../platform/secrets/secret-error.ts';
import { findConnectionUses } from '../../workflows/server/public.ts';
import type { ConnectionChange, ConnectionView } from '../contract.ts';
import { connectionErrors } from './connection-errors.ts';
import type { ConnectionsContext } from './connections-context.ts';
import { type ConnectionRow, findSealedRow, lockConnectionRow, type RowChange, updateConnection } from './queries.ts';
import { recordConnectionChange } from './record-connection-change.ts';
import { openSealed, sealConnection } from './sealed-connection.ts';
import { addedHosts, type Checked, checkHosts, checkSecret, mailHostOf, type SealedContent } from './secret.ts';
import { showConnection } from './show-connection.ts';

/**
 * Renames a connection, replaces its secret, changes its hosts. Throws connection_not_found, connection_name_taken,
 * connection_name_in_use, invalid_connection, and secret_needed where hosts are added without the secret.
 */
export async function changeConnection(
  context: ConnectionsContext,
  caller: Caller,
  id: string,
  { name, hosts, secret }: ConnectionChange,
): Promise<ConnectionView> {
  const { organizationId } = caller;
  return context.db.withTenant(organizationId, async (tx) => {
    const row = await lockConnectionRow(tx, organizationId, id);
    const renamed = name !== undefined && name !== row.name;
    if (renamed) await assertNameUnused(tx, organizationId, row);
    const content = await changeContent(context, organizationId, row, { hosts, secret });
    const version = row.version + 1;
    const change: RowChange = {
      ...(renamed && { name }),
      ...(content && {
        content: {
          version,
          hosts: content.hosts,
          envelope: await sealConnection(tx, context, { organizationId, id: row.id, version }, content),
        },
      }),
    };
    const changed = await updateConnection(tx, organizationId, row.id, change);
    await recordConnectionChange(tx, caller, 'connection.changed', { before: row, after: changed });
    return showConnection(changed);
  });
}

async function assertNameUnused(tx: Transaction, organizationId: string, { name }: ConnectionRow): Promise<void> {
  const problems = await findConnectionUses(tx, organizationId, [name]);
  if (problems.length > 0) throw connectionErrors.connection_name_in_use({ problems });
}

/** What is to be sealed from now on; undefined where that stays as it is. */
async function changeContent(
  context: ConnectionsContext,
  organizationId: string,
  row: ConnectionRow,
  { hosts, secret }: Pick<ConnectionChange, 'hosts' | 'secret'>,
): Promise<SealedContent | undefined> {
  if (hosts === undefined && secret === undefined) return undefined;
  if (row.kind === 'smtp' && hosts !== undefined) {
    throw invalid([{ path: '/hosts', message: 'is not for a mail server: its host stands in the url' }]);
  }
  const wanted = hosts && fitting(checkHosts(hosts));
  if (secret !== undefined) {
    const value = fitting(checkSecret(row.kind, secret));
    if (value.kind === 'smtp') return { hosts: [mailHostOf(value)], secret: value };
    return { hosts: wanted ?? (await readContent(context, organizationId, row))?.hosts ?? row.hosts, secret: value };
  }
  const former = await readContent(context, organizationId, row);
  if (former === undefined) throw invalid([{ path: '/secret', message: BROKEN }]);
  const added = addedHosts(former.hosts, wanted ?? []);
  if (added.length > 0) throw connectionErrors.secret_needed(added);
  return { ...former, hosts: wanted ?? former.hosts };
}

const BROKEN = 'is needed: what is stored was changed by someone else than this server, and cannot be opened';

/** Undefined where it cannot be opened. The row is locked, so this is the version that it has. */
async function readContent(
  { db, masterKeys }: ConnectionsContext,
  organizationId: string,
  { id, version }: ConnectionRow,
): Promise<SealedContent | undefined> {
  const sealed = await findSealedRow(db.engine, organizationId, id);
  try {
    return sealed && (await openSealed(masterKeys, { organizationId, id, version }, sealed.envelope));
  } catch (error) {
    if (error instanceof SecretError && error.code === 'bad_sealed_value') return undefined;
    throw error;
  }
}

function fitting<Value>(checked: Checked<Value>): Value {
  if (checked.kind === 'fits') return checked.value;
  throw invalid(checked.problems);
}

function invalid(problems: (Checked<never> & { kind: 'misfit' })['problems']) {
  return connectionErrors.invalid_connection(problems, { problems });
}
