import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { acceptRawBodies } from '../../../platform/http/read-json-bodies.ts';
import { acceptedAnswer, hookParams } from '../contract.ts';
import { workflowPaths } from '../paths.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

const NO_BODY = Buffer.alloc(0);

/** `/hooks/:token`: open to all who know the address; the trigger says how they prove themselves. */
export async function addHookRoutes(server: HttpServer, context: WorkflowsContext): Promise<void> {
  await server.register(async (scope) => {
    acceptRawBodies(scope as unknown as HttpServer);
    const url = workflowPaths.hook(':token');
    const schema = {
      tags: ['hooks'],
      summary: 'Start a workflow from outside. Takes any body; answers the result where the trigger says so',
      security: [],
      params: hookParams,
    };
    const handler = (request: FastifyRequest, reply: FastifyReply) => answerHook(context, request, reply);
    scope.post(url, { schema: { ...schema, response: { 202: acceptedAnswer } }, handler });
    scope.get(url, { exposeHeadRoute: false, schema: { ...schema, response: { 202: acceptedAnswer } }, handler });
  });
}

async function answerHook(context: WorkflowsContext, request: FastifyRequest, reply: FastifyReply) {
  const { token } = request.params as { token: string };
  const [, ...query] = request.raw.url?.split('?') ?? [];
  const answer = await receiveWebhook(context, token, {
    method: request.method,
    headers: request.headers,
    query: query.join('?'),
    body: request.rawBody ?? NO_BODY,
  });
  if (answer.kind === 'accepted') {
    const { eventId, runIds, duplicate } = answer.accepted;
    return reply.code(202).send({ eventId, runIds, duplicate });
  }
  const { status, output, error } = answer.result;
  switch (status) {
    case 'completed':
      reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
      return reply.code(200).send(output);
    case 'failed':
      throw workflowErrors.run_failed(error?.message ?? 'it stopped as failed.');
    case 'cancelled':
      throw workflowErrors.run_cancelled();
  }
}
