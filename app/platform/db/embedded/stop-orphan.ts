import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';
import type { Folder } from './prepare-folder.ts';

const FAST_STOP_MS = 60_000;
const IMMEDIATE_STOP_MS = 10_000;
const POLL_MS = 25;

/**
 * Ends the PostgreSQL that a killed server left running over a folder, and clears away what would keep a new one
 * from starting. The caller holds the folder's lock, so whatever runs here has no living server. A process counts as
 * ours only if it is a postgres that works in this very folder: a process id alone may have been used again.
 */
export async function stopOrphan(paths: Pick<Folder, 'data' | 'socket'>, log: Log): Promise<void> {
  const pidFile = join(paths.data, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => null);
  if (text === null) return;
  const folder = await realpath(paths.data);
  const pid = Number.parseInt(text, 10);
  if (pid > 0 && (await isPostgresOf(pid, folder))) {
    log.info({ pid }, 'stopping the PostgreSQL that an earlier server left running');
    await stop(pid, folder);
  }
  await waitForBackends(folder);
  await refuseUnseen(paths.socket);
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

/**
 * A PostgreSQL in another container over the same volume cannot be seen among our processes, nor stopped; a second one
 * would destroy the data. But it answers at its socket.
 */
async function refuseUnseen(socketPath: string): Promise<void> {
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(socketPath);
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
  if (answers) {
    throw new Error(
      `A PostgreSQL still answers at ${socketPath}, in another container perhaps. Stop it, and start again.`,
    );
  }
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
