import { callerOf } from '../../../platform/auth/caller.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { confirmAnswer, noBody } from '../contract.ts';
import { operationPaths } from '../paths.ts';
import { confirmRestore } from './confirm-restore.ts';

/** `api` takes routes for callers with a key. */
export function registerOperations(api: HttpServer, { db }: { readonly db: Pick<Database, 'withTenant'> }): void {
  api.post(operationPaths.confirmRestore(), {
    config: { action: 'organization.manage' },
    schema: {
      tags: ['operations'],
      summary: 'Let sending steps go on after a backup was restored',
      body: noBody,
      response: { 200: confirmAnswer },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      return { confirmed: await db.withTenant(caller.organizationId, (tx) => confirmRestore(tx, caller)) };
    },
  });
}
