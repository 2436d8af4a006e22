import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { EgressError } from './egress-error.ts';

type Options = {
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  /** The answer has no body by its kind, whatever its headers say. */
  readonly isBare: boolean;
  readonly host: string;
};

/** Encodings inside each other: more than two is a trick, never a need. */
const MAX_ENCODINGS = 2;

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The whole body, decompressed, and never more than `maxBytes` of it in memory. */
export async function readBody(stream: Readable, options: Options): Promise<Buffer> {
  const { headers, maxBytes, isBare, host } = options;
  const announced = Number(headers['content-length'] ?? Number.NaN);
  if (!isBare && announced > maxBytes) {
    stream.on('error', () => {}).destroy();
    throw tooLarge(host, maxBytes);
  }
  const decoders = isBare || announced === 0 ? [] : decodersFor(headers['content-encoding'], host);
  const collect = async (source: AsyncIterable<Buffer>) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge(host, maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, sizeBytes);
  };
  return (await pipeline([stream, ...decoders, collect as never])) as unknown as Buffer;
}

function decodersFor(contentEncoding: string | undefined, host: string): NodeJS.ReadWriteStream[] {
  const names = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const makers = names.map((name) => DECODERS[name]);
  if (makers.length > MAX_ENCODINGS || makers.includes(undefined)) {
    const message = `${host} answered in the encoding ${JSON.stringify(names.join(', ').slice(0, 60))}, which cannot be read.`;
    throw new EgressError('egress_connection_lost', message, { mayHaveBeenSent: true });
  }
  // The last one named was put on last.
  return makers.reverse().flatMap((make) => (make ? [make()] : []));
}

function tooLarge(host: string, maxBytes: number): EgressError {
  const message = `The answer of ${host} is larger than ${maxBytes} bytes and was not read to its end.`;
  return new EgressError('response_too_large', message, { mayHaveBeenSent: true });
}
