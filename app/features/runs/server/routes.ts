import { type Caller, callerOf } from '../../../platform/auth/caller.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import type { RunCommand } from '../../../runtime/public.ts';
import {
  commandAnswer,
  deadLetterList,
  idParams,
  noBody,
  pageQuery,
  reasonBody,
  resumeBody,
  runList,
  runsQuery,
  runView,
} from '../contract.ts';
import { runPaths } from '../paths.ts';
import { commandRun } from './command-run.ts';
import { getRun } from './get-run.ts';
import { listDeadLetters } from './list-dead-letters.ts';
import { listRuns } from './list-runs.ts';
import { replayDeadLetter } from './replay-dead-letter.ts';
import { replayRun } from './replay-run.ts';
import { createRunStreams } from './run-stream.ts';
import type { RunsContext } from './runs-context.ts';

const tags = ['runs'];
const params = idParams;
const response = { 202: commandAnswer };

/** Routes for callers with a key; the scope they are added to has authenticated the request. */
export function addRunRoutes(app: HttpServer, context: RunsContext): void {
  addReadingRoutes(app, context);
  addCommandRoutes(app, context);
  addDeadLetterRoutes(app, context);
}

function addReadingRoutes(app: HttpServer, context: RunsContext): void {
  app.get(runPaths.runs(), {
    config: { action: 'run.view' },
    schema: { tags, summary: 'List runs, newest first', querystring: runsQuery, response: { 200: runList } },
    handler: async (request) => {
      const { items, nextCursor } = await listRuns(context, request.organizationId, request.query);
      return { items: [...items], nextCursor };
    },
  });
  app.get(runPaths.run(':id'), {
    config: { action: 'run.view' },
    schema: { tags, summary: 'Read a run, step by step', params, response: { 200: runView } },
    handler: async (request) => {
      const run = await getRun(context, request.organizationId, request.params.id);
      return { ...run, steps: [...run.steps] };
    },
  });
  const streams = createRunStreams(context);
  app.addHook('preClose', async () => streams.end());
  app.get(runPaths.events(':id'), {
    config: { action: 'run.view' },
    schema: {
      tags,
      summary: 'Follow a run: an event `step` for each step as it commits, `run` at the end',
      params,
      produces: ['text/event-stream'],
    },
    handler: async (request, reply) => streams.answer(request, reply, request.params.id),
  });
}

function addCommandRoutes(app: HttpServer, context: RunsContext): void {
  const command = (caller: Caller, id: string, asked: RunCommand) => commandRun(context, caller, id, asked);

  app.post(runPaths.cancel(':id'), {
    config: { action: 'run.command' },
    schema: { tags, summary: 'Cancel a run', params, body: reasonBody.nullish(), response },
    handler: async (request, reply) => {
      const asked = { kind: 'cancel', ...given(request.body?.reason) } as const;
      return reply.code(202).send(await command(callerOf(request), request.params.id, asked));
    },
  });
  app.post(runPaths.pause(':id'), {
    config: { action: 'run.command' },
    schema: { tags, summary: 'Park a run until it is resumed', params, body: reasonBody.nullish(), response },
    handler: async (request, reply) => {
      const asked = { kind: 'pause', ...given(request.body?.reason) } as const;
      return reply.code(202).send(await command(callerOf(request), request.params.id, asked));
    },
  });
  app.post(runPaths.resume(':id'), {
    config: { action: 'run.command' },
    schema: { tags, summary: 'Let a parked run go on', params, body: resumeBody.nullish(), response },
    handler: async (request, reply) => {
      const outcome = request.body?.outcome;
      const asked = { kind: 'resume', ...(outcome && { outcome }) } as const;
      return reply.code(202).send(await command(callerOf(request), request.params.id, asked));
    },
  });
  app.post(runPaths.retry(':id'), {
    config: { action: 'run.command' },
    schema: { tags, summary: 'Try the failed steps of a run afresh', params, body: noBody.nullish(), response },
    handler: async (request, reply) =>
      reply.code(202).send(await command(callerOf(request), request.params.id, { kind: 'retry' })),
  });
  app.post(runPaths.replay(':id'), {
    config: { action: 'run.command' },
    schema: {
      tags,
      summary: 'Start a new run for the same event, on the version that is published now',
      params,
      body: noBody.nullish(),
      response,
    },
    handler: async (request, reply) =>
      reply.code(202).send(await replayRun(context, callerOf(request), request.params.id)),
  });
}

function addDeadLetterRoutes(app: HttpServer, context: RunsContext): void {
  app.get(runPaths.deadLetters(), {
    config: { action: 'run.view' },
    schema: {
      tags,
      summary: 'List runs that failed or are stuck until a person looks',
      querystring: pageQuery,
      response: { 200: deadLetterList },
    },
    handler: async (request) => {
      const { items, nextCursor } = await listDeadLetters(context, request.organizationId, request.query);
      return { items: [...items], nextCursor };
    },
  });
  app.post(runPaths.replayDeadLetter(':id'), {
    config: { action: 'run.command' },
    schema: {
      tags,
      summary: 'Let the run of a dead letter go on from where it stopped',
      params,
      body: noBody.nullish(),
      response,
    },
    handler: async (request, reply) =>
      reply.code(202).send(await replayDeadLetter(context, callerOf(request), request.params.id)),
  });
}

function given(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
