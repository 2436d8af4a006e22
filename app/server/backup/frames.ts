/**
 * A backup, before compression, is a row of frames: one byte for the kind, four for the length, then the content. So
 * neither side needs more memory than one frame.
 */
import { BackupError } from './backup-format.ts';

export type Frame = { readonly kind: 'json' | 'data' | 'end'; readonly content: Buffer };

/** Larger frames are not written, and not read. */
export const MAX_FRAME_BYTES = 1_048_576;

const HEAD_BYTES = 5;
const KINDS = ['json', 'data', 'end'] as const;

/** Content past the largest frame makes several. */
export function* writeFrames(kind: Frame['kind'], content: Buffer): Generator<Buffer> {
  for (let at = 0; at === 0 || at < content.length; at += MAX_FRAME_BYTES) {
    const part = content.subarray(at, at + MAX_FRAME_BYTES);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(KINDS.indexOf(kind));
    head.writeUInt32BE(part.length, 1);
    yield Buffer.concat([head, part]);
  }
}

/** Throws a BackupError where the bytes are no frames, or end in the middle of one. */
export async function* readFrames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wanted = HEAD_BYTES;
  for await (const chunk of bytes) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < wanted) continue;
    let rest = Buffer.concat(held);
    for (;;) {
      if (rest.length < HEAD_BYTES) {
        wanted = HEAD_BYTES;
        break;
      }
      const { kind, end } = readHead(rest);
      wanted = end;
      if (rest.length < end) break;
      yield { kind, content: rest.subarray(HEAD_BYTES, end) };
      rest = rest.subarray(end);
    }
    held = [rest];
    heldBytes = rest.length;
  }
  if (heldBytes > 0) throw new BackupError('The file ends in the middle: it was cut short. Take another backup.');
}

function readHead(bytes: Buffer): { readonly kind: Frame['kind']; readonly end: number } {
  const kind = KINDS[bytes.readUInt8()];
  const length = bytes.readUInt32BE(1);
  if (kind === undefined || length > MAX_FRAME_BYTES) {
    throw new BackupError('The file is damaged, or no backup that `mainspring backup` wrote.');
  }
  return { kind, end: HEAD_BYTES + length };
}
