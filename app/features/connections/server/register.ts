import { callerOf } from '../../../platform/auth/caller.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import {
  changeBody,
  connectionList,
  connectionView,
  createBody,
  deleteQuery,
  idParams,
  pageQuery,
  testAnswer,
  testBody,
} from '../contract.ts';
import { connectionPaths } from '../paths.ts';
import { changeConnection } from './change-connection.ts';
import type { ConnectionsContext } from './connections-context.ts';
import { createConnection } from './create-connection.ts';
import { deleteConnection } from './delete-connection.ts';
import { listConnections } from './list-connections.ts';
import { getConnectionRow } from './queries.ts';
import { showConnection } from './show-connection.ts';
import { tryConnection } from './try-connection.ts';

const tags = ['connections'];

/** Routes for callers with a key; the scope they are added to has authenticated the request. */
export function registerConnections(app: HttpServer, context: ConnectionsContext): void {
  app.post(connectionPaths.connections(), {
    config: { action: 'connection.edit', idempotency: 'secret-body' },
    schema: { tags, summary: 'Store access data to a service', body: createBody, response: { 201: connectionView } },
    handler: async (request, reply) =>
      reply.code(201).send(await createConnection(context, callerOf(request), request.body)),
  });
  app.get(connectionPaths.connections(), {
    config: { action: 'connection.view' },
    schema: {
      tags,
      summary: 'List connections, newest first',
      querystring: pageQuery,
      response: { 200: connectionList },
    },
    handler: async (request) => listConnections(context, request.organizationId, request.query),
  });
  app.get(connectionPaths.connection(':id'), {
    config: { action: 'connection.view' },
    schema: {
      tags,
      summary: 'Read a connection, but for its secret',
      params: idParams,
      response: { 200: connectionView },
    },
    handler: async ({ organizationId, params }) =>
      showConnection(
        await context.db.withTenant(organizationId, (tx) => getConnectionRow(tx, organizationId, params.id)),
      ),
  });
  app.patch(connectionPaths.connection(':id'), {
    config: { action: 'connection.edit' },
    schema: {
      tags,
      summary: 'Rename a connection, replace its secret, change its hosts',
      params: idParams,
      body: changeBody,
      response: { 200: connectionView },
    },
    handler: async (request) => changeConnection(context, callerOf(request), request.params.id, request.body),
  });
  app.delete(connectionPaths.connection(':id'), {
    config: { action: 'connection.delete' },
    schema: {
      tags,
      summary: 'Remove a connection and its secret, unless a published workflow uses it',
      params: idParams,
      querystring: deleteQuery,
    },
    handler: async (request, reply) => {
      const { force } = request.query;
      await deleteConnection(context, callerOf(request), request.params.id, {
        force: force === '' || force === 'true',
      });
      return reply.code(204).send();
    },
  });
  app.post(connectionPaths.test(':id'), {
    config: { action: 'connection.edit' },
    schema: {
      tags,
      summary: 'Use a connection once, and tell how it went',
      params: idParams,
      body: testBody.nullish(),
      response: { 200: testAnswer },
    },
    handler: async (request) =>
      tryConnection(context, request.organizationId, request.params.id, request.body ?? { method: 'GET' }),
  });
}
