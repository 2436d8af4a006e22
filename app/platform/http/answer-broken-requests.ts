import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '../errors/app-error.ts';
import { errorBody } from './error-answer.ts';
import { httpErrors } from './http-errors.ts';

/** What Node hands over when a connection's bytes are no request, or do not come. */
type ClientError = Error & { readonly code?: string };

/**
 * So long the sender has to read the answer and to close: a connection that is closed while bytes of it are unread takes
 * the answer with it. After it the connection is cut, as nobody else counts it any more: not the time-outs of requests,
 * and not the server that ends.
 */
const LINGER_MS = 1_000;

/** Answers what never became a request: broken HTTP, headers too large, too slow. */
export function answerBrokenRequest(error: ClientError, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET' || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const answer = brokenRequest(error.code);
  const body = JSON.stringify(errorBody(answer));
  socket.end(
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // Read, so that the sender's own end is heard.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(cut));
}

/**
 * An answer has begun, or is still to come to an earlier request of the connection: this one would stand in the middle of
 * it, or be taken for it. `_httpMessage` is Node's own mark, by which its own handler decides.
 */
function isAnswering({ _httpMessage: answer }: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  return Boolean(answer && (answer.headersSent || answer.req.complete));
}

function brokenRequest(code: string | undefined): AppError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return httpErrors.request_timeout();
  if (code === 'HPE_HEADER_OVERFLOW') return httpErrors.headers_too_large();
  return httpErrors.malformed_request();
}
