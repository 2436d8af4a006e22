import type { Caller } from '../../../platform/auth/caller.ts';
import { newId } from '../../../platform/ids/id.ts';
import { CONNECTION_LIMITS, type ConnectionView, type NewConnection } from '../contract.ts';
import { connectionErrors } from './connection-errors.ts';
import type { ConnectionsContext } from './connections-context.ts';
import { countConnections, insertConnection } from './queries.ts';
import { recordConnectionChange } from './record-connection-change.ts';
import { sealConnection } from './sealed-connection.ts';
import { checkNewConnection } from './secret.ts';
import { showConnection } from './show-connection.ts';

const FIRST_VERSION = 1;

/** Throws invalid_connection, connection_name_taken, too_many_connections. */
export async function createConnection(
  context: ConnectionsContext,
  caller: Caller,
  given: NewConnection,
): Promise<ConnectionView> {
  const { organizationId } = caller;
  const checked = checkNewConnection(given);
  if (checked.kind === 'misfit') {
    throw connectionErrors.invalid_connection(checked.problems, { problems: checked.problems });
  }
  const content = checked.value;
  const id = newId();
  return context.db.withTenant(organizationId, async (tx) => {
    if ((await countConnections(tx, organizationId)) >= CONNECTION_LIMITS.perOrganization) {
      throw connectionErrors.too_many_connections();
    }
    const envelope = await sealConnection(tx, context, { organizationId, id, version: FIRST_VERSION }, content);
    const { name, kind } = given;
    const row = await insertConnection(tx, { organizationId, id, name, kind, hosts: content.hosts, envelope });
    await recordConnectionChange(tx, caller, 'connection.created', { before: null, after: row });
    return showConnection(row);
  });
}
