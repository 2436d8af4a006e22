import { randomBytes } from 'node:crypto';
import { glob, mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { folderPaths } from '../embedded/prepare-folder.ts';
import { stopOrphan } from '../embedded/stop-orphan.ts';

// In memory where that can be: a database is cloned there in 5 ms, on a disk in 50 to 400.
const MEMORY = '/dev/shm';
const ROOM_NEEDED_BYTES = 1024 ** 3;

// All folders are below one of two places, each named for its process, so that the next run finds what a killed one left.
const PLACES = [MEMORY, tmpdir()].map((place) => join(place, `mainspring-test-${process.getuid?.() ?? 0}`));
const [IN_MEMORY = '', ON_DISK = ''] = PLACES;

/** A new empty folder for data of tests, with a short path. Whoever makes it removes it. */
export async function makeTemporaryFolder(): Promise<string> {
  const memory = await statfs(MEMORY).catch(() => null);
  const place = memory !== null && memory.bavail * memory.bsize > ROOM_NEEDED_BYTES ? IN_MEMORY : ON_DISK;
  const folder = join(place, newName());
  await mkdir(folder, { recursive: true });
  return folder;
}

function newName(): string {
  return `${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Removes the folders of test processes that were killed, after ending every PostgreSQL that still runs there. */
export async function sweepTemporaryFolders(): Promise<void> {
  for (const place of PLACES) await sweep(place);
}

async function sweep(place: string): Promise<void> {
  for (const name of await readdir(place).catch(() => [])) {
    if (isAlive(Number.parseInt(name, 10))) continue;
    const claimed = join(place, newName());
    try {
      await rename(join(place, name), claimed);
    } catch {
      // Another test run, starting at the same moment, was first.
      continue;
    }
    for await (const pidFile of glob('{,*/,*/*/}postgres/data/postmaster.pid', { cwd: claimed })) {
      const root = dirname(dirname(join(claimed, pidFile)));
      await stopOrphan(folderPaths(root), pino({ level: 'silent' }));
    }
    await rm(claimed, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
