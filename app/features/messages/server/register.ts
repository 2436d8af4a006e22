import type { FastifyRequest } from 'fastify';
import { authorize } from '../../../platform/auth/authorize.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { isId } from '../../../platform/ids/id.ts';
import { idParams, messageList, messagesQuery, messageView } from '../contract.ts';
import { messagePaths } from '../paths.ts';
import { messageErrors } from './message-errors.ts';
import { findMessage, listMessages } from './queries.ts';
import { showMessage } from './show-message.ts';

const tags = ['messages'];

/** `api` takes routes for callers with a key. */
export function registerMessages(api: HttpServer, { db }: { readonly db: Pick<Database, 'withTenant'> }): void {
  api.get(messagePaths.messages(), {
    config: { action: 'message.view' },
    schema: {
      tags,
      summary: 'List what was or would be sent, newest first',
      querystring: messagesQuery,
      response: { 200: messageList },
    },
    handler: async (request) => {
      const { limit, cursor, ...filter } = request.query;
      if (cursor !== undefined && !isId(cursor)) throw messageErrors.invalid_cursor();
      const page = await db.withTenant(request.organizationId, (tx) =>
        listMessages(
          tx,
          request.organizationId,
          { ...filter, withPrivate: seesPrivate(request) },
          { limit, cursor: cursor ?? null },
        ),
      );
      return { items: page.items.map(showMessage), nextCursor: page.nextCursor };
    },
  });
  api.get(messagePaths.message(':id'), {
    config: { action: 'message.view' },
    schema: { tags, summary: 'Read a message', params: idParams, response: { 200: messageView } },
    handler: async (request) => {
      const { id } = request.params;
      const message = await db.withTenant(request.organizationId, (tx) =>
        findMessage(tx, request.organizationId, id, { withPrivate: seesPrivate(request) }),
      );
      if (message === undefined) throw messageErrors.message_not_found();
      return showMessage(message);
    },
  });
}

function seesPrivate({ access }: FastifyRequest): boolean {
  return authorize(access, 'message.view_private').kind === 'allowed';
}
