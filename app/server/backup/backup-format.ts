/** What stands in a backup file besides the rows. */
import { z } from 'zod';

/** Raised when an older Mainspring could no longer read the file. */
export const FORMAT_VERSION = 1;

const name = z.string().min(1).max(63);
const instant = z.iso.datetime({ offset: true });
const count = z.int().nonnegative();

const table = z.strictObject({ schema: name, name, columns: z.array(name).min(1) });

const partition = z.strictObject({
  schema: name,
  name,
  parent: name,
  /** The range of times that it holds, the end not included. */
  from: instant,
  to: instant,
});

const sequence = z.strictObject({
  schema: name,
  name,
  lastValue: z.string().regex(/^-?\d{1,20}$/),
  isCalled: z.boolean(),
});

export const backupHeader = z.strictObject({
  kind: z.literal('mainspring-backup'),
  version: z.int(),
  createdAt: instant,
  migrations: z.array(z.strictObject({ name: z.string(), checksum: z.string() })).min(1),
  /** In an order in which no row comes before one that it refers to. */
  tables: z.array(table).min(1),
  partitions: z.array(partition),
  sequences: z.array(sequence),
});

/** Between the rows: which table they belong to, and how many there were. */
export const backupMark = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rows'), schema: name, table: name }),
  z.strictObject({ kind: z.literal('rows-end'), rows: count }),
]);

export const backupEnd = z.strictObject({
  kind: z.literal('end'),
  tables: count,
  rows: count,
  /** SHA-256 of every frame before, hexadecimal: finds what was cut off or damaged; it does not prove who wrote it. */
  sha256: z.string().length(64),
});

export type BackupHeader = z.output<typeof backupHeader>;
export type BackupTable = z.output<typeof table>;
export type BackupPartition = z.output<typeof partition>;
export type BackupSequence = z.output<typeof sequence>;

/** A backup cannot be made, read or restored, and the message says what to do about it. */
export class BackupError extends Error {
  readonly code = 'backup_error';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
  }
}
