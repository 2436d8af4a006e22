/** HTTP requests as bytes, valid or broken in the ways that senders, proxies and attackers break them. */
import fc from 'fast-check';

export type Head = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** How the body's end is told. */
type Framing =
  | 'length'
  | 'chunked'
  | 'short'
  | 'long'
  | 'both'
  | 'twice'
  | 'none'
  | 'odd-chunks'
  | 'endless-chunk'
  | 'trailers';

export const framing: fc.Arbitrary<Framing> = fc.oneof(
  { weight: 32, arbitrary: fc.constant<Framing>('length') },
  { weight: 4, arbitrary: fc.constant<Framing>('chunked') },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Framing>(
      'short',
      'long',
      'both',
      'twice',
      'none',
      'odd-chunks',
      'endless-chunk',
      'trailers',
    ),
  },
);

const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/json;charset="',
  'application/vnd.api+json',
  'text/plain',
  'text/html; charset=x',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=',
  'application/octet-stream',
  'application/xml',
  '',
  ';;;',
  `application/${'x'.repeat(3_000)}+json`,
];

/** Beside the right ones, or in their place. */
export const oddHeader: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.constantFrom(...CONTENT_TYPES).map((type) => ['Content-Type', type] as const),
  fc.tuple(
    fc.constantFrom(
      'Content-Encoding',
      'Transfer-Encoding',
      'Expect',
      'Upgrade',
      'Connection',
      'Host',
      'Range',
      'If-Match',
      'If-None-Match',
      'Idempotency-Key',
      'Last-Event-ID',
      'X-Request-Id',
      'X-Forwarded-For',
      'X-HTTP-Method-Override',
      'Accept',
      'Cookie',
      'Origin',
      'Authorization',
      '__proto__',
      'constructor',
    ),
    fc.oneof(
      fc.constantFrom(
        'gzip',
        'chunked, gzip',
        '100-continue',
        'websocket',
        'h2c',
        'close, upgrade',
        '*',
        '"',
        'W/"1"',
        '"1","x"',
        '',
        ' ',
      ),
      fc.constantFrom(
        'x'.repeat(9_000),
        '\u00ff\u00fe',
        'a\tb',
        '127.0.0.1, ::1',
        '../..',
        '{"__proto__":1}',
        '-1',
        '\u0000',
        'a\r\n b',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    ),
  ),
);

/** The request as it stands, however wrong: lengths and chunks by `framing`. */
export function writeRequest({ method, target, headers }: Head, body: Buffer, how: Framing): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  const framed = frame(body, how);
  const head = Buffer.from([...lines, ...framed.headers, '', ''].join('\r\n'), 'latin1');
  return Buffer.concat([head, framed.body]);
}

function frame(body: Buffer, how: Framing): { readonly headers: readonly string[]; readonly body: Buffer } {
  const chunked = ['Transfer-Encoding: chunked'];
  switch (how) {
    case 'length':
      return { headers: [`Content-Length: ${body.length}`], body };
    case 'short':
      return { headers: [`Content-Length: ${Math.floor(body.length / 2)}`], body };
    case 'long':
      return { headers: [`Content-Length: ${body.length + 10}`], body };
    case 'twice':
      return { headers: [`Content-Length: ${body.length}`, `Content-Length: ${body.length + 1}`], body };
    case 'none':
      return { headers: [], body };
    case 'chunked':
      return { headers: chunked, body: Buffer.concat([...chunks(body, 7), Buffer.from('0\r\n\r\n')]) };
    case 'both':
      return { headers: [...chunked, `Content-Length: ${body.length}`], body };
    case 'odd-chunks':
      return {
        headers: chunked,
        body: Buffer.concat([...chunks(body, 3), Buffer.from('zz\r\nfffffffffffffffff\r\n')]),
      };
    case 'endless-chunk':
      return { headers: chunked, body: Buffer.concat([Buffer.from('fffffff0;a="b\r\n'), body]) };
    case 'trailers':
      return {
        headers: [...chunked, 'Trailer: Authorization'],
        body: Buffer.concat([...chunks(body, 50), Buffer.from('0\r\nAuthorization: Bearer x\r\n__proto__: x\r\n\r\n')]),
      };
  }
}

function chunks(body: Buffer, count: number): Buffer[] {
  const size = Math.max(1, Math.ceil(body.length / count));
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return parts;
}

type ByteChange = {
  readonly kind: 'flip' | 'set' | 'cut' | 'remove' | 'repeat' | 'insert';
  readonly at: number;
  readonly byte: number;
};

export const byteChanges: fc.Arbitrary<readonly ByteChange[]> = fc.array(
  fc.record<ByteChange>({
    kind: fc.constantFrom('flip', 'set', 'cut', 'remove', 'repeat', 'insert'),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    byte: fc.oneof(fc.constantFrom(0, 10, 13, 32, 34, 37, 58, 92, 127, 128, 192, 237, 255), fc.nat(255)),
  }),
  { maxLength: 4 },
);

export function changeBytes(bytes: Buffer, changes: readonly ByteChange[]): Buffer {
  return changes.reduce(changeOnce, bytes);
}

function changeOnce(bytes: Buffer, { kind, at, byte }: ByteChange): Buffer {
  const index = Math.floor(at * bytes.length);
  const before = bytes.subarray(0, index);
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.of((bytes[index] ?? 0) ^ (1 << (byte % 8))), bytes.subarray(index + 1)]);
    case 'set':
      return Buffer.concat([before, Buffer.of(byte), bytes.subarray(index + 1)]);
    case 'cut':
      return before;
    case 'remove':
      return Buffer.concat([before, bytes.subarray(index + byte)]);
    case 'repeat':
      return Buffer.concat([before, bytes.subarray(index, index + byte), bytes.subarray(index)]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(byte, byte), bytes.subarray(index)]);
  }
}

/** The bytes in pieces, as a slow sender or a torn network brings them. */
export function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => Math.floor(cut * bytes.length)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}
