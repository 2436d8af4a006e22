/** Reads a backup file from its header to its end, a frame at a time. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import {
  BackupError,
  type BackupHeader,
  type BackupTable,
  backupEnd,
  backupHeader,
  backupMark,
  FORMAT_VERSION,
} from './backup-format.ts';
import { type Frame, readFrames, writeFrames } from './frames.ts';

export type OpenBackup = {
  readonly header: BackupHeader;
  /**
   * Hands each table's rows, as COPY writes them, to `load`, which answers with how many it stored. Returns the number
   * of all. Throws a BackupError where the file is not whole; what was loaded until then must be undone.
   */
  readonly readTables: (load: (table: BackupTable, rows: AsyncIterable<Buffer>) => Promise<number>) => Promise<number>;
  readonly close: () => void;
};

export async function openBackup(file: string): Promise<OpenBackup> {
  const source = createReadStream(file);
  const unzipped = createGunzip();
  source.on('error', (error) => unzipped.destroy(error)).pipe(unzipped);
  const close = () => {
    source.destroy();
    unzipped.destroy();
  };
  const hash = createHash('sha256');
  const frames = explained(file, readFrames(unzipped));
  try {
    const header = readHeader(file, await nextFrame(frames));
    hashFrame(hash, 'json', Buffer.from(header.text));
    const world = { frames, hash, header: header.value };
    return { header: header.value, readTables: (load) => readTables(world, load), close };
  } catch (error) {
    close();
    throw error;
  }
}

type World = { readonly frames: AsyncGenerator<Frame>; readonly hash: Hash; readonly header: BackupHeader };
type Load = Parameters<OpenBackup['readTables']>[0];

async function readTables({ frames, hash, header }: World, load: Load): Promise<number> {
  let total = 0;
  for (const table of header.tables) {
    const begin = parse(backupMark, hashed(hash, await nextFrame(frames), 'json'));
    if (begin.kind !== 'rows' || begin.schema !== table.schema || begin.table !== table.name) throw damaged();
    const rows = rowsOf(frames, hash);
    const stored = await load(table, rows.data).catch((cause: unknown) => {
      throw isRefusedValue(cause) ? damaged(cause) : cause;
    });
    const written = rows.count();
    if (stored !== written) {
      throw new BackupError(`The backup holds ${written} rows of ${table.name}, and ${stored} could be stored.`);
    }
    total += stored;
  }
  const sha256 = hash.digest('hex');
  const last = await nextFrame(frames);
  if (last.kind !== 'end') throw damaged();
  const end = parse(backupEnd, last.content);
  if (end.sha256 !== sha256 || end.rows !== total || end.tables !== header.tables.length) throw damaged();
  if (!(await frames.next()).done) throw damaged();
  return total;
}

/** The data frames up to the mark that ends them. */
function rowsOf(frames: AsyncGenerator<Frame>, hash: Hash) {
  let count: number | undefined;
  async function* data(): AsyncGenerator<Buffer> {
    for (;;) {
      const frame = await nextFrame(frames);
      if (frame.kind === 'data') {
        yield hashed(hash, frame, 'data');
        continue;
      }
      const mark = parse(backupMark, hashed(hash, frame, 'json'));
      if (mark.kind !== 'rows-end') throw damaged();
      count = mark.rows;
      return;
    }
  }
  return { data: data(), count: () => count };
}

function readHeader(file: string, frame: Frame): { readonly value: BackupHeader; readonly text: string } {
  const text = frame.content.toString('utf8');
  const { kind, version } = looseJson(text);
  if (frame.kind !== 'json' || kind !== 'mainspring-backup') throw notOurs(file);
  if (version !== FORMAT_VERSION) {
    throw new BackupError(
      `${file} is a backup of format ${String(version)}, and this version reads format ${FORMAT_VERSION}. ` +
        'Restore it with the version of Mainspring that wrote it.',
    );
  }
  return { value: parse(backupHeader, frame.content), text };
}

function looseJson(text: string): { readonly kind?: unknown; readonly version?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

async function nextFrame(frames: AsyncGenerator<Frame>): Promise<Frame> {
  const next = await frames.next();
  if (!next.done) return next.value;
  throw new BackupError('The file ends before the backup does: it was cut short. Take another backup.');
}

function hashed(hash: Hash, frame: Frame, kind: Frame['kind']): Buffer {
  if (frame.kind !== kind) throw damaged();
  hashFrame(hash, kind, frame.content);
  return frame.content;
}

function hashFrame(hash: Hash, kind: Frame['kind'], content: Buffer): void {
  for (const bytes of writeFrames(kind, content)) hash.update(bytes);
}

function parse<Schema extends z.ZodType>(schema: Schema, content: Buffer): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    throw damaged(cause);
  }
}

/** True where PostgreSQL cannot read or keep a value: what was written came from it, so the file has changed since. */
function isRefusedValue(error: unknown): boolean {
  return /^2[23]/.test((error as { code?: string }).code ?? '');
}

function damaged(cause?: unknown): BackupError {
  return new BackupError('The file is damaged: what it holds is not what was written into it. Take another backup.', {
    cause,
  });
}

function notOurs(file: string): BackupError {
  return new BackupError(`${file} is no backup that \`mainspring backup\` wrote.`);
}

/** What the file system and the decompression say, in words for the operator. */
async function* explained(file: string, frames: AsyncGenerator<Frame>): AsyncGenerator<Frame> {
  try {
    yield* frames;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof BackupError) throw error;
    if (code === 'Z_BUF_ERROR')
      throw new BackupError(`${file} ends in the middle: it was cut short.`, { cause: error });
    if (code?.startsWith('Z_')) throw new BackupError(`${file} is damaged, or no backup.`, { cause: error });
    throw new BackupError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
