import type { HttpServer } from '../../../platform/http/http-server.ts';
import { addRunRoutes } from './routes.ts';
import type { RunsContext } from './runs-context.ts';

/** `api` takes routes for callers with a key. */
export function registerRuns(api: HttpServer, context: RunsContext): void {
  addRunRoutes(api, context);
}
