import { isId } from '../../../platform/ids/id.ts';
import type { ConnectionView } from '../contract.ts';
import { connectionErrors } from './connection-errors.ts';
import type { ConnectionsContext } from './connections-context.ts';
import { listConnectionRows } from './queries.ts';
import { showConnection } from './show-connection.ts';

/** Newest first. Throws invalid_cursor. */
export async function listConnections(
  { db }: Pick<ConnectionsContext, 'db'>,
  organizationId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: ConnectionView[]; nextCursor: string | null }> {
  const before = page.cursor ?? null;
  if (before !== null && !isId(before)) throw connectionErrors.invalid_cursor();
  const rows = await db.withTenant(organizationId, (tx) =>
    listConnectionRows(tx, organizationId, { limit: page.limit + 1, before }),
  );
  const items = rows.slice(0, page.limit).map(showConnection);
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}
