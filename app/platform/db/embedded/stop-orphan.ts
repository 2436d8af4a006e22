import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';

const FAST_STOP_MS = 60_000;
const IMMEDIATE_STOP_MS = 10_000;
const POLL_MS = 25;

/**
 * Ends the PostgreSQL that a killed server left running over `dataFolder`, and clears away what would keep a new one
 * from starting. The caller holds the folder's lock, so whatever runs here has no living server. A process counts as
 * ours only if it is a postgres that works in this very folder: a process id alone may have been used again.
 */
export async function stopOrphan(dataFolder: string, log: Log): Promise<void> {
  const pidFile = join(dataFolder, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => null);
  if (text === null) return;
  const folder = await realpath(dataFolder);
  const pid = Number.parseInt(text, 10);
  if (pid > 0 && (await isPostgresOf(pid, folder))) {
    log.info({ pid }, 'stopping the PostgreSQL that an earlier server left running');
    await stop(pid, folder);
  }
  await waitForBackends(folder);
  // It is gone, so the file is stale. PostgreSQL would refuse to start if its number now belongs to someone else.
  await rm(pidFile, { force: true });
}

async function stop(pid: number, folder: string): Promise<void> {
  const steps = [
    { signal: 'SIGINT', withinMs: FAST_STOP_MS },
    { signal: 'SIGQUIT', withinMs: IMMEDIATE_STOP_MS },
  ] as const;
  for (const { signal, withinMs } of steps) {
    kill(pid, signal);
    if (await becomesTrue(async () => !(await isPostgresOf(pid, folder)), withinMs)) return;
  }
  throw new Error(`The PostgreSQL of ${folder} (process ${pid}) does not stop. End it by hand and start again.`);
}

function kill(pid: number, signal: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    throw error;
  }
}

/** After its postmaster was killed, the rest of a PostgreSQL ends by itself within moments. */
async function waitForBackends(folder: string): Promise<void> {
  const none = async () => {
    for (const pid of await allProcesses()) if (await isPostgresOf(pid, folder)) return false;
    return true;
  };
  if (await becomesTrue(none, IMMEDIATE_STOP_MS)) return;
  throw new Error(`Processes of an earlier PostgreSQL still work in ${folder}. End them by hand and start again.`);
}

async function becomesTrue(condition: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await delay(POLL_MS)) {
    if (await condition()) return true;
  }
  return false;
}

/** Process ids of this machine; none where there is no `/proc`: PostgreSQL's own check of its shared memory remains. */
async function allProcesses(): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function isPostgresOf(pid: number, folder: string): Promise<boolean> {
  if (process.platform === 'linux') {
    // Every process of PostgreSQL works in its data folder. A dead one that nobody has buried yet has no `cwd`.
    const [name, cwd] = await Promise.all([
      readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
    ]);
    return name.trim() === 'postgres' && cwd === folder;
  }
  const answer = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => null);
  return answer?.stdout.includes('postgres') === true && answer.stdout.includes(folder);
}
