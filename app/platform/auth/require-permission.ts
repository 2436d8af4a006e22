import type { HttpServer } from '../http/http-server.ts';
import type { Access } from './access.ts';
import { authErrors } from './auth-errors.ts';
import { type AccessObject, type Action, authorize } from './authorize.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, in the words of authorize.ts. Every route for callers must name it. */
    action?: Action;
  }
}

/**
 * Lets a request reach its handler only where its caller may do what the route names. A route without an action stops
 * the server from starting. Add it after `authenticate`, before the routes.
 */
export function requirePermissions(api: HttpServer): void {
  api.addHook('onRoute', ({ method, url, config }) => {
    if (config?.action !== undefined) return;
    throw new Error(`The route ${String(method)} ${url} must say in config.action what it does: see authorize.ts.`);
  });
  api.addHook('onRequest', async (request) => {
    const { action } = request.routeOptions.config;
    // An address without a route has none, and is answered with 404.
    if (action !== undefined) requirePermission(request.access, action);
  });
}

/** Throws forbidden with the reason. For use cases whose object decides; the route has been checked already. */
export function requirePermission(actor: Access, action: Action, object?: AccessObject): void {
  const decision = authorize(actor, action, object);
  if (decision.kind === 'refused') throw authErrors.forbidden(decision.reason);
}
