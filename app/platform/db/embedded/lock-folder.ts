import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderInUse } from './data-folder-in-use.ts';

export type FolderLock = {
  /** Throws where it was released. */
  assertHeld(): void;
  release(): void;
};

/**
 * Takes the lock of a folder for as long as this process lives; throws `DataFolderInUse` where another holds it.
 *
 * The lock is a kernel file lock, so it dies with its holder, however that ends: nothing to clean up, no race over a
 * stale file, no confusion when a process id is used again. Node has no call for such locks, but SQLite, which Node
 * contains, takes one for `BEGIN EXCLUSIVE`. The file `lock` stays empty; nothing else may open it, because closing
 * any other handle to it would drop the lock.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const holderFile = join(folder, 'holder');
  const file = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (!isBusy(error)) throw error;
    throw new DataFolderInUse(folder, await readPid(holderFile));
  }
  await writeFile(holderFile, `${process.pid}\n`);
  return {
    assertHeld: () => {
      if (!file.isOpen) throw new Error(`The lock of ${folder} is no longer held.`);
    },
    release: () => {
      if (file.isOpen) file.close();
    },
  };
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

async function readPid(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^\d+\n$/.test(text) ? Number(text) : null;
}
