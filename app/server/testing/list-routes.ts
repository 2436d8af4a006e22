import type { HttpServer } from '../../platform/http/http-server.ts';
import type { Method } from './start-test-api.ts';

/** `path` as OpenAPI writes it: `/api/v1/runs/{id}`. */
export type Route = { readonly method: Method; readonly path: string };

/** Every route of a server, read from Fastify's own table, so that a new one is there without anyone naming it. */
export function listRoutes(server: HttpServer): Route[] {
  const routes: Route[] = [];
  const parents: string[] = [];
  for (const line of server.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^((?:[│ ] {3})*)(?:├── |└── )(\S*)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (!match) continue;
    const depth = (match[1]?.length ?? 0) / 4;
    parents.length = depth;
    parents[depth] = match[2] ?? '';
    const path = parents.join('').replaceAll(/:(\w+)/g, '{$1}');
    for (const method of match[3]?.split(', ') ?? []) {
      if (method !== 'HEAD' && method !== 'OPTIONS') routes.push({ method: method as Method, path });
    }
  }
  return routes;
}

export const nameOf = ({ method, path }: Route) => `${method} ${path}`;

/** What is open to all, on purpose. */
export const OPEN_ROUTES: readonly string[] = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /api/docs',
  'GET /api/docs/reference.js',
  'GET /api/docs/start.js',
  'GET /api/v1/openapi.json',
  'GET /hooks/{token}',
  'POST /hooks/{token}',
  'GET /join',
  'GET /join/start.js',
  'GET /api/auth/callback/{provider}',
  'GET /api/auth/options',
  'GET /api/auth/verify-email',
  'POST /api/auth/change-password',
  'POST /api/auth/join',
  'POST /api/auth/request-password-reset',
  'POST /api/auth/reset-password',
  'POST /api/auth/send-verification-email',
  'POST /api/auth/sign-in/email',
  'POST /api/auth/sign-in/social',
  'POST /api/auth/sign-out',
  'POST /api/auth/sign-up/email',
  'POST /api/auth/two-factor/disable',
  'POST /api/auth/two-factor/enable',
  'POST /api/auth/two-factor/generate-backup-codes',
  'POST /api/auth/two-factor/verify-backup-code',
  'POST /api/auth/two-factor/verify-totp',
  'POST /api/auth/update-user',
];
