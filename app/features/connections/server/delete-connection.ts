import type { Caller } from '../../../platform/auth/caller.ts';
import { findConnectionUses } from '../../workflows/server/public.ts';
import { connectionErrors } from './connection-errors.ts';
import type { ConnectionsContext } from './connections-context.ts';
import { lockConnectionRow, removeConnection } from './queries.ts';
import { recordConnectionChange } from './record-connection-change.ts';

/**
 * Removes a connection and its secret for good. Throws connection_not_found, and connection_in_use, naming the
 * workflows, where a published one uses it and `force` is not given.
 */
export async function deleteConnection(
  context: ConnectionsContext,
  caller: Caller,
  id: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  const { organizationId } = caller;
  await context.db.withTenant(organizationId, async (tx) => {
    const row = await lockConnectionRow(tx, organizationId, id);
    const problems = force ? [] : await findConnectionUses(tx, organizationId, [row.id, row.name]);
    if (problems.length > 0) throw connectionErrors.connection_in_use(problems, { problems });
    await removeConnection(tx, organizationId, row.id);
    await recordConnectionChange(tx, caller, 'connection.deleted', { before: row, after: null });
  });
}
