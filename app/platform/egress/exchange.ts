import { type Agent, type Dispatcher, request } from 'undici';
import { readBody } from './read-body.ts';
import type { Hop } from './redirect.ts';
import { isRedirect } from './redirect.ts';

/** What is known of a call while it goes on; read when it fails. */
export type Progress = {
  /** `host:port` of the current hop. */
  host: string;
  /** Some hop has begun to leave. */
  sent: boolean;
  sentThisHop: boolean;
  /** Why the call was ended from here. */
  ended: 'timeout' | 'aborted' | undefined;
};

type Exchange = {
  readonly agent: Agent;
  readonly url: URL;
  readonly hop: Hop;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly maxBytes: number;
};

type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer };

/** A redirect's own body is of no interest; a short one is read so that the connection can be used again. */
const DUMPED_BYTES = 16_384;

/** One request to one host and its whole answer. Throws whatever went wrong; to-egress-error.ts sorts it. */
export async function exchange({ agent, url, hop, signal, progress, maxBytes }: Exchange): Promise<Answer> {
  const answer = await request(url, {
    dispatcher: agent.compose(noteStart(progress)),
    method: hop.method as Dispatcher.HttpMethod,
    headers: hop.headers,
    body: hop.body ?? null,
    signal,
  });
  const headers = joinHeaders(answer.headers);
  if (isRedirect(answer.statusCode) && headers.location !== undefined) {
    await answer.body.dump({ limit: DUMPED_BYTES });
    return { status: answer.statusCode, headers, body: Buffer.alloc(0) };
  }
  const isBare = hop.method === 'HEAD' || answer.statusCode === 204 || answer.statusCode === 304;
  const body = await readBody(answer.body, { headers, maxBytes, isBare, host: progress.host });
  return { status: answer.statusCode, headers, body };
}

/** Notes when the request begins to be written to a connected socket: from then on it may have arrived. */
function noteStart(progress: Progress): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        handler.onRequestStart?.(controller, context);
        if (controller.aborted) return;
        progress.sent = true;
        progress.sentThisHop = true;
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers)
    .filter(([name]) => name !== '__proto__')
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]);
  return Object.fromEntries(entries);
}
