import type { Database } from '../../../platform/db/database.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { auditList, auditQuery } from '../contract.ts';
import { auditPaths } from '../paths.ts';
import { listAudit } from './list-audit.ts';

/** `api` takes routes for callers with a key. */
export function registerAudit(api: HttpServer, { db }: { readonly db: Pick<Database, 'withTenant'> }): void {
  api.get(auditPaths.audit(), {
    config: { action: 'audit.view' },
    schema: {
      tags: ['audit'],
      summary: 'List who changed what, newest first',
      querystring: auditQuery,
      response: { 200: auditList },
    },
    handler: async (request) =>
      db.withTenant(request.organizationId, (tx) => listAudit(tx, request.organizationId, request.query)),
  });
}
