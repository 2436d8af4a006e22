import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { followRun, type RunNews } from './follow-run.ts';
import { getRun } from './get-run.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

/** Followers at one time in this process. */
const MOST_STREAMS = 500;
/** How long a browser waits before it comes back. */
const RETRY_MS = 2000;

/** Answers server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html. */
export type RunStreams = {
  readonly answer: (request: FastifyRequest, reply: FastifyReply, runId: string) => Promise<FastifyReply>;
  /** Ends all streams; browsers come back by themselves, to another server or this one. */
  readonly end: () => void;
};

export function createRunStreams(context: RunsContext): RunStreams {
  const ending = new AbortController();
  let open = 0;

  return {
    answer: async (request, reply, runId) => {
      const { organizationId } = request;
      // Before the stream begins, so that an unknown run is an ordinary 404.
      await getRun(context, organizationId, runId);
      if (open >= MOST_STREAMS) throw runErrors.too_many_streams({ retryAfterSeconds: 10 });
      const gone = new AbortController();
      request.raw.socket.once('close', () => gone.abort());
      const signal = AbortSignal.any([ending.signal, gone.signal]);
      const lastEventId = readLastEventId(request);
      open += 1;
      const stream = Readable.from(lines(followRun(context, { organizationId, runId }, lastEventId, signal)));
      stream.once('close', () => {
        open -= 1;
        gone.abort();
      });
      // Proxies would otherwise gather lines before they pass them on.
      reply.header('cache-control', 'no-cache, no-transform').header('x-accel-buffering', 'no');
      return reply.type('text/event-stream; charset=utf-8').send(stream);
    },
    end: () => ending.abort(),
  };
}

function readLastEventId(request: FastifyRequest): string | undefined {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' ? header : undefined;
}

async function* lines(news: AsyncIterable<RunNews>): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const each of news) yield toLines(each);
}

function toLines(news: RunNews): string {
  switch (news.kind) {
    case 'step':
      return `event: step\nid: ${news.id}\ndata: ${JSON.stringify(news.step)}\n\n`;
    case 'run':
      return `event: run\nid: ${news.id}\ndata: ${JSON.stringify(news.run)}\n\n`;
    case 'heartbeat':
      return ': still here\n\n';
  }
}
