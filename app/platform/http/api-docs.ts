import { gzipSync } from 'node:zlib';
import swagger from '@fastify/swagger';
import fastify from 'fastify';
import { describeSchemas } from './describe-schemas.ts';
import type { HttpServer } from './http-server.ts';

const OPENAPI_PATH = '/api/v1/openapi.json';
const DOCS_PATH = '/api/docs';

/**
 * The API's description, made from the routes' own schemas: OpenAPI as JSON, and a page for people. Only routes below
 * `/api/` and `/hooks/` and those with a schema are shown; `schema: { hide: true }` leaves one out.
 */
export async function addApiDocs(server: HttpServer, version: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Mainspring',
        version,
        description:
          'Lists are `{ "items", "nextCursor" }` with `?limit=&cursor=`. Errors are ' +
          '`{ "error": { "code", "message", "problems" } }`. Times are ISO 8601 in UTC. ' +
          'Every POST honours an `Idempotency-Key`.',
      },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
    transform: describeSchemas,
  });
  const hide = { schema: { hide: true } };
  server.get(OPENAPI_PATH, hide, async () => server.swagger());
  server.get(DOCS_PATH, hide, async (_, reply) => {
    reply.header('content-security-policy', DOCS_POLICY).type('text/html; charset=utf-8');
    return PAGE;
  });
  server.get(`${DOCS_PATH}/start.js`, hide, async (_, reply) => {
    reply.type('text/javascript; charset=utf-8');
    return START;
  });
  let script: Promise<Buffer> | undefined;
  server.get(`${DOCS_PATH}/reference.js`, hide, async (_, reply) => {
    script ??= loadScript();
    reply.type('text/javascript; charset=utf-8').header('content-encoding', 'gzip');
    reply.header('cache-control', 'public, max-age=86400');
    return script;
  });
}

/**
 * The browser bundle of Scalar. It comes inside a Fastify plugin of 4 MB that costs 40 MB of memory to load, so it is
 * loaded when someone first opens the page, by asking the plugin in a server that never listens.
 */
async function loadScript(): Promise<Buffer> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const inner = fastify();
  await inner.register(scalar, { routePrefix: '/docs', configuration: { url: OPENAPI_PATH } });
  const { rawPayload } = await inner.inject('/docs/js/scalar.js');
  await inner.close();
  return gzipSync(rawPayload);
}

// Scripts only from here. Styles inline as well: the bundle writes style elements and attributes.
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; " +
  "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Mainspring API</title>
  </head>
  <body>
    <div id="app"></div>
    <noscript>The API is described by <a href="${OPENAPI_PATH}">${OPENAPI_PATH}</a>.</noscript>
    <script src="${DOCS_PATH}/reference.js"></script>
    <script src="${DOCS_PATH}/start.js"></script>
  </body>
</html>
`;

// Nothing is asked of any other server: no fonts, no telemetry, no assistant, no request proxy.
const START = `Scalar.createApiReference('#app', ${JSON.stringify({
  url: OPENAPI_PATH,
  withDefaultFonts: false,
  telemetry: false,
  proxyUrl: '',
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
})});
`;
