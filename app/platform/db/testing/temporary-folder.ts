import { randomBytes } from 'node:crypto';
import { glob, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { stopOrphan } from '../embedded/stop-orphan.ts';

// All below one place, each named for its process, so that the next run finds what a killed one left.
const PLACE = join(tmpdir(), `mainspring-test-${userInfo().uid}`);

/** A new empty folder for data of tests, with a short path. Whoever makes it removes it. */
export async function makeTemporaryFolder(): Promise<string> {
  const folder = join(PLACE, `${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Removes the folders of test processes that were killed, after ending every PostgreSQL that still runs there. */
export async function sweepTemporaryFolders(): Promise<void> {
  for (const name of await readdir(PLACE).catch(() => [])) {
    if (isAlive(Number.parseInt(name, 10))) continue;
    const claimed = join(PLACE, `${process.pid}-${randomBytes(4).toString('hex')}`);
    try {
      await rename(join(PLACE, name), claimed);
    } catch {
      // Another test run, starting at the same moment, was first.
      continue;
    }
    for await (const pidFile of glob('{,*/,*/*/}postgres/data/postmaster.pid', { cwd: claimed })) {
      await stopOrphan(dirname(join(claimed, pidFile)), pino({ level: 'silent' }));
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
