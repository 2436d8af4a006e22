import { readIdempotencyKey } from '../../../platform/auth/idempotency.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { eventAnswer, eventBody } from '../contract.ts';
import { eventPaths } from '../paths.ts';
import { acceptEvent, type EventsContext } from './accept-event.ts';

/** `api` takes routes for callers with a key. */
export function registerEvents(api: HttpServer, context: EventsContext): void {
  api.post(eventPaths.events(), {
    config: { action: 'event.send', idempotency: 'own', limitedAs: 'intake' },
    schema: {
      tags: ['events'],
      summary: 'Tell that something happened; workflows that listen to it start',
      body: eventBody,
      response: { 202: eventAnswer },
    },
    handler: async (request, reply) => {
      const key = readIdempotencyKey(request);
      return reply.code(202).send(await acceptEvent(context, request.organizationId, request.body, key));
    },
  });
}
