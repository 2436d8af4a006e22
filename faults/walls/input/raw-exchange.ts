/** Bytes to a server and the answers that come back, with nothing in between that would set them right. */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';

export type RawAnswer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
};

export type Exchange =
  | { readonly kind: 'answered'; readonly answers: readonly RawAnswer[] }
  /** What came back is no HTTP. */
  | { readonly kind: 'garbled'; readonly heard: string }
  /** The server neither answered to the end nor closed. */
  | { readonly kind: 'hung'; readonly heard: string };

/** Long past what any answer takes: only a server that will never answer meets it. */
const HANGS_MS = 15_000;

/** Of silence, after which the sender says that nothing more will come: a broken request may be waiting for its end. */
const QUIET_MS = 40;

/**
 * Writes the pieces one after the other, each in a packet of its own where the network lets it, and reads as many answers
 * as are expected, or what there is when the server falls silent; then ends, and reads until the server has closed.
 */
export async function exchangeRaw(port: number, pieces: readonly Buffer[], expected: number): Promise<Exchange> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  // The server may close, or reset, while we still send: that is its right.
  socket.on('error', () => {});
  const ear = listenTo(socket, expected);
  const closed = heardOf(socket, 'close').then(() => 'closed' as const);
  await heardOf(socket, 'connect');
  await send(socket, pieces);
  await Promise.race([ear.answered, closed]);
  socket.end();
  const hung = new AbortController();
  const end = await Promise.race([closed, delay(HANGS_MS, 'hung' as const, { signal: hung.signal })]);
  hung.abort();
  socket.destroy();
  const heard = ear.heard();
  if (end === 'hung') return { kind: 'hung', heard };
  if (ear.isStream()) return { kind: 'answered', answers: [{ status: 200, headers: {}, body: '' }] };
  const answers = readAnswers(heard);
  return answers ? { kind: 'answered', answers } : { kind: 'garbled', heard };
}

function listenTo(socket: Socket, expected: number) {
  const heard: Buffer[] = [];
  const text = () => Buffer.concat(heard).toString('latin1');
  const answered = Promise.withResolvers<void>();
  const quiet = setTimeout(answered.resolve, QUIET_MS);
  let isStream = false;
  socket.once('close', () => clearTimeout(quiet));
  socket.on('data', (chunk) => {
    heard.push(chunk);
    quiet.refresh();
    isStream ||= heard.length < 4 && chunk.includes('text/event-stream');
    // A stream of events ends when its reader goes.
    if (isStream) socket.destroy();
    else if ((readAnswers(text())?.length ?? 0) >= expected) answered.resolve();
  });
  return { answered: answered.promise, heard: text, isStream: () => isStream };
}

/** Not `once` of node:events, which fails where the socket does. */
function heardOf(socket: Socket, event: 'connect' | 'drain' | 'close'): Promise<void> {
  return new Promise((resolve) => socket.once(event, () => resolve()));
}

async function send(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    if (!socket.writable) return;
    if (!socket.write(piece)) await Promise.race([heardOf(socket, 'drain'), heardOf(socket, 'close')]);
    if (pieces.length > 1) await turn();
  }
}

/** The answers of one connection in their order; undefined for what is no HTTP. A last one may be cut off. */
function readAnswers(heard: string): readonly RawAnswer[] | undefined {
  const answers: RawAnswer[] = [];
  let rest = heard;
  while (rest.length > 0) {
    const head = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest);
    if (!head) return undefined;
    const headers = Object.fromEntries(
      (head[2] ?? '').split('\r\n').flatMap((line) => {
        const colon = line.indexOf(':');
        return colon < 0 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]];
      }),
    );
    rest = rest.slice(head[0].length);
    const status = Number(head[1]);
    if (status === 100) continue;
    const body = readBody(rest, status, headers);
    if (body === undefined) return undefined;
    answers.push({ status, headers, body: body.text });
    rest = rest.slice(body.length);
  }
  return answers;
}

function readBody(
  rest: string,
  status: number,
  headers: Record<string, string>,
): { text: string; length: number } | undefined {
  if (status === 204 || status === 304) return { text: '', length: 0 };
  if (headers['transfer-encoding'] === 'chunked') return readChunks(rest);
  // An answer to HEAD has the length of what it leaves out; the next answer, or nothing, follows at once.
  const length = Number(headers['content-length'] ?? rest.length);
  const isHead = rest === '' || rest.startsWith('HTTP/1.');
  return isHead ? { text: '', length: 0 } : { text: rest.slice(0, length), length };
}

function readChunks(rest: string): { text: string; length: number } | undefined {
  let text = '';
  let at = 0;
  while (at < rest.length) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest.slice(at, at + 20));
    if (!size) return undefined;
    const bytes = Number.parseInt(size[1] ?? '', 16);
    at += size[0].length;
    text += rest.slice(at, at + bytes);
    at += bytes + 2;
    if (bytes === 0) break;
  }
  return { text, length: at };
}
