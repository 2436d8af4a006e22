import type { HttpServer } from '../../../platform/http/http-server.ts';
import { createHookLookup } from './hook-lookup.ts';
import { addHookRoutes } from './hook-routes.ts';
import { addWorkflowRoutes } from './routes.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/**
 * The feature's routes in two parts, for two scopes: `addApiRoutes` wants one that lets only callers with a key in,
 * `addOpenRoutes` one that is open to all. Neither scope may lie inside the other's hooks.
 */
export function registerWorkflows(dependencies: Omit<WorkflowsContext, 'hooks'>): {
  readonly addApiRoutes: (api: HttpServer) => void;
  readonly addOpenRoutes: (open: HttpServer) => Promise<void>;
} {
  const context: WorkflowsContext = { ...dependencies, hooks: createHookLookup(dependencies.db.engine) };
  return {
    addApiRoutes: (api) => addWorkflowRoutes(api, context),
    addOpenRoutes: (open) => addHookRoutes(open, context),
  };
}
