import type { HttpServer } from '../../../platform/http/http-server.ts';
import { createHookLookup } from './hook-lookup.ts';
import { addHookRoutes } from './hook-routes.ts';
import { addWorkflowRoutes } from './routes.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** `open` takes routes for all, `api` those for callers with a key. */
export async function registerWorkflows(
  servers: { readonly open: HttpServer; readonly api: HttpServer },
  dependencies: Omit<WorkflowsContext, 'hooks'>,
): Promise<void> {
  const context: WorkflowsContext = { ...dependencies, hooks: createHookLookup(dependencies.db.engine) };
  addWorkflowRoutes(servers.api, context);
  await addHookRoutes(servers.open, context);
}
