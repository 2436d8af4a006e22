import type { ConnectionView } from '../contract.ts';
import type { ConnectionRow } from './queries.ts';

export function showConnection(row: ConnectionRow): ConnectionView {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    hosts: row.hosts,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
