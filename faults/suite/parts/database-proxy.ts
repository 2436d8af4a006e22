/**
 * Stands between one process and PostgreSQL and speaks enough of the protocol to know a commit when it sees one.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 * Modes: `pass`; `delay` holds each packet back for a while; `blackhole` takes everything and passes nothing on, while
 * connections stay open; `refuse` ends every connection and takes no new one; `drop-answers` lets a commit through,
 * waits for its answer, and ends the connection instead of passing the answer on.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type ProxyMode =
  | { readonly kind: 'pass' }
  | { readonly kind: 'delay'; readonly byMs: number }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'drop-answers' };

export type DatabaseProxy = {
  readonly port: number;
  readonly set: (mode: ProxyMode) => void;
  /** What the modes have met so far. */
  readonly counts: () => ProxyCounts;
  readonly close: () => Promise<void>;
};

export type ProxyCounts = {
  readonly connectionsCut: number;
  readonly packetsHeld: number;
  readonly answersDropped: number;
};

/** Prepared statements that are a commit of their own. */
const COMMITTING_STATEMENTS = ['commit-journal', 'accept-events'];
const BIND = 'B'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
const LENGTH_BYTES = 4;

export async function startDatabaseProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<DatabaseProxy> {
  let mode: ProxyMode = { kind: 'pass' };
  const counts = { connectionsCut: 0, packetsHeld: 0, answersDropped: 0 };
  const pairs = new Set<Pair>();
  const server = createServer((near) => {
    if (mode.kind === 'refuse') {
      counts.connectionsCut += 1;
      near.destroy();
      return;
    }
    const far = connect(target.port, '127.0.0.1');
    const pair: Pair = { near, far, held: [], sawCommit: false, watch: createCommitWatch(), lane: createLane() };
    pairs.add(pair);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.once('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk) => {
      if (pair.watch(chunk)) pair.sawCommit = true;
      pass(pair, far, chunk);
    });
    far.on('data', (chunk) => {
      if (mode.kind === 'drop-answers' && pair.sawCommit) {
        counts.answersDropped += 1;
        near.destroy();
        return;
      }
      pair.sawCommit = false;
      pass(pair, near, chunk);
    });
  });

  const pass = (pair: Pair, to: Socket, chunk: Buffer) => {
    switch (mode.kind) {
      case 'pass':
      case 'drop-answers':
        pair.lane(to, chunk, 0);
        return;
      case 'delay':
        counts.packetsHeld += 1;
        pair.lane(to, chunk, mode.byMs);
        return;
      case 'blackhole':
        counts.packetsHeld += 1;
        pair.held.push({ to, chunk });
        return;
      case 'refuse':
        return;
    }
  };

  server.listen(0, target.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    set: (next) => {
      const last = mode;
      mode = next;
      if (last.kind === 'blackhole') for (const pair of pairs) release(pair);
      if (next.kind === 'refuse') {
        counts.connectionsCut += pairs.size;
        for (const { near, far } of pairs) {
          near.destroy();
          far.destroy();
        }
      }
    },
    counts: () => ({ ...counts }),
    close: async () => {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}

type Pair = {
  readonly near: Socket;
  readonly far: Socket;
  held: { readonly to: Socket; readonly chunk: Buffer }[];
  /** A commit is under way whose answer has not come. */
  sawCommit: boolean;
  readonly watch: (chunk: Buffer) => boolean;
  readonly lane: (to: Socket, chunk: Buffer, delayMs: number) => void;
};

/** Writes packets late, and never one before another that came first to the same side. */
function createLane(): Pair['lane'] {
  const waiting = new Map<Socket, { readonly chunk: Buffer; readonly dueMs: number }[]>();
  const pump = (to: Socket) => {
    const queue = waiting.get(to) ?? [];
    const now = performance.now();
    while (queue[0] !== undefined && queue[0].dueMs <= now) to.write((queue.shift() as { chunk: Buffer }).chunk);
    if (queue[0] === undefined) waiting.delete(to);
    else setTimeout(pump, queue[0].dueMs - now + 1, to);
  };
  return (to, chunk, delayMs) => {
    const queue = waiting.get(to);
    if (queue === undefined && delayMs === 0) {
      to.write(chunk);
      return;
    }
    const each = { chunk, dueMs: performance.now() + delayMs };
    if (queue !== undefined) queue.push(each);
    else {
      waiting.set(to, [each]);
      setTimeout(pump, delayMs, to);
    }
  };
}

/** As a network that comes back: what was sent arrives late. */
function release(pair: Pair): void {
  for (const { to, chunk } of pair.held) pair.lane(to, chunk, 0);
  pair.held = [];
}

/** Reads the client's messages across packets; true where one of this packet commits. */
function createCommitWatch(): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let commits = false;
    while (true) {
      // The first message of a connection has no type.
      const typeBytes = started ? 1 : 0;
      if (rest.length < typeBytes + LENGTH_BYTES) return commits;
      const end = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < end) return commits;
      if (started && isCommit(rest[0] as number, rest.subarray(typeBytes + LENGTH_BYTES, end))) commits = true;
      started = true;
      rest = rest.subarray(end);
    }
  };
}

function isCommit(type: number, body: Buffer): boolean {
  if (type === QUERY) return /^commit/i.test(body.toString('latin1', 0, 6));
  // Bind: portal, statement. Parse: statement, text.
  if (type === BIND) return COMMITTING_STATEMENTS.includes(textAt(body, textAt(body, 0).length + 1));
  if (type === PARSE) return /^commit/i.test(textAt(body, textAt(body, 0).length + 1));
  return false;
}

function textAt(body: Buffer, start: number): string {
  const end = body.indexOf(0, start);
  return body.toString('latin1', start, end === -1 ? body.length : end);
}
