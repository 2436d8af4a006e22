import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { followRun, type RunNews } from './follow-run.ts';
import { getRun } from './get-run.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

/** Followers at one time. */
export type StreamLimits = { readonly perProcess: number; readonly perOrganization: number };

/** One organization leaves room for others. */
const DEFAULT_LIMITS: StreamLimits = { perProcess: 500, perOrganization: 100 };
/** How long a browser waits before it comes back. */
const RETRY_MS = 2000;

/** Answers server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html. */
export type RunStreams = {
  readonly answer: (request: FastifyRequest, reply: FastifyReply, runId: string) => Promise<FastifyReply>;
  /** Ends all streams; browsers come back by themselves, to another server or this one. */
  readonly end: () => void;
};

export function createRunStreams(context: RunsContext, limits: StreamLimits = DEFAULT_LIMITS): RunStreams {
  const ending = new AbortController();
  const places = createPlaces(limits);

  return {
    answer: async (request, reply, runId) => {
      const { organizationId } = request;
      const { socket } = request.raw;
      // Before the stream begins, so that an unknown run is an ordinary 404.
      await getRun(context, organizationId, runId);
      const leave = places.take(organizationId);
      const gone = new AbortController();
      const signal = AbortSignal.any([ending.signal, gone.signal]);
      const lastEventId = readLastEventId(request);
      const stream = Readable.from(lines(followRun(context, { organizationId, runId }, lastEventId, signal)));
      // Not left to the answer: it may stand behind others on its connection, and has then no socket of its own.
      const cut = () => {
        gone.abort();
        stream.destroy();
      };
      stream.once('close', () => {
        socket.off('close', cut);
        leave();
      });
      if (socket.destroyed) cut();
      else socket.once('close', cut);
      // Proxies would otherwise gather lines before they pass them on.
      reply.header('cache-control', 'no-cache, no-transform').header('x-accel-buffering', 'no');
      return reply.type('text/event-stream; charset=utf-8').send(stream);
    },
    end: () => ending.abort(),
  };
}

/** Throws too_many_streams where there is none left; gives the way to leave the place, once. */
function createPlaces({ perProcess, perOrganization }: StreamLimits) {
  const taken = new Map<string, number>();
  let all = 0;
  const add = (organizationId: string, change: 1 | -1) => {
    const now = (taken.get(organizationId) ?? 0) + change;
    all += change;
    if (now === 0) taken.delete(organizationId);
    else taken.set(organizationId, now);
  };
  return {
    take: (organizationId: string): (() => void) => {
      const own = taken.get(organizationId) ?? 0;
      if (own >= perOrganization || all >= perProcess) throw runErrors.too_many_streams({ retryAfterSeconds: 10 });
      add(organizationId, 1);
      return () => add(organizationId, -1);
    },
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
