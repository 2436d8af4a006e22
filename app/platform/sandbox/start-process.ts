/** Starts a process of the sandbox: loads its evaluator, is then locked in, and waits for its one piece of code. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rmdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CODE_LIMITS } from './code-limits.ts';
import type { HostWalls } from './detect-walls.ts';
import type { Exit } from './explain-exit.ts';

export type SandboxProcess = {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when the process is gone, has said all, and its folder is removed. */
  readonly gone: Promise<Exit>;
  /** What it wrote to its error output. */
  readonly complaint: () => string;
  readonly isAlive: () => boolean;
  /** At once and without a last word. */
  readonly kill: () => void;
  /** Whether our own process stays up for it. */
  readonly hold: (held: boolean) => void;
};

export type ProcessOptions = {
  readonly walls: HostWalls;
  readonly runner: string;
  /** Folders that it may read. */
  readonly folders: readonly string[];
  readonly memoryMb: number;
};

const START_TIMEOUT_MS = 10_000;
const READY = '{"kind":"ready"}\n';
const COMPLAINT_CHARS = 64_000;
const MB = 1024 * 1024;

/** For what V8 itself needs besides the code's memory: the request, the answer, and a spare for its collector. */
const OWN_HEAP_MB = 32;
const OWN_MEMORY_MB = 48;
/** Where nobody is left to end it, because the server was killed, a process ends by itself. */
const PROCESSOR_SECONDS = CODE_LIMITS.timeoutMs.most / 1000 + 5;

/** Throws where the process does not come about or cannot be locked in; it is gone by then. */
export async function startProcess(options: ProcessOptions): Promise<SandboxProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'mainspring-code-'));
  const started = spawnIn(folder, options);
  try {
    await untilReady(started);
    await lockIn(started.child, options);
    return started;
  } catch (error) {
    started.kill();
    throw error;
  }
}

function spawnIn(cwd: string, { walls, runner, folders, memoryMb }: ProcessOptions): SandboxProcess {
  const command = [...walls.prefix, process.execPath, ...nodeFlags(folders, memoryMb), runner];
  const [file = process.execPath, ...args] = command;
  // `detached` makes it the leader of a group, which is killed as a whole: a wall may add a process of its own.
  const child = spawn(file, args, { cwd, env: { TZ: 'UTC' }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  // A process that ends before it has read its input is told of by its exit.
  child.stdin.on('error', () => {});
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
    // Nobody reads a longer one; closing it ends a flood.
    if (complaint.length > COMPLAINT_CHARS) child.stderr.destroy();
  });
  const gone = Promise.withResolvers<Exit>();
  child.once('error', (error) => {
    complaint = error.message;
    gone.resolve({ code: null, signal: null });
  });
  child.once('close', (code, signal) => gone.resolve({ code, signal }));
  return {
    child,
    gone: gone.promise.then(async (exit) => {
      await rmdir(cwd).catch(() => {});
      return exit;
    }),
    complaint: () => complaint,
    isAlive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    kill: () => killGroup(child),
    hold: (held) => {
      for (const each of [child, child.stdin, child.stdout, child.stderr] as unknown as Socket[]) {
        if (held) each.ref();
        else each.unref();
      }
    },
  };
}

function nodeFlags(folders: readonly string[], memoryMb: number): readonly string[] {
  return [
    '--permission',
    ...folders.map((folder) => `--allow-fs-read=${folder}/`),
    ...['--no-addons', '--no-experimental-sqlite', '--no-experimental-websocket', '--no-experimental-eventsource'],
    ...['--disallow-code-generation-from-strings', '--disable-sigusr1', '--disable-proto=delete', '--no-warnings'],
    ...[`--max-old-space-size=${OWN_HEAP_MB + memoryMb}`, '--max-semi-space-size=2'],
  ];
}

async function untilReady(started: SandboxProcess): Promise<void> {
  const { child } = started;
  const ready = Promise.withResolvers<void>();
  const timer = setTimeout(() => ready.reject(new Error('it did not start in time')), START_TIMEOUT_MS);
  const listen = (chunk: Buffer): void => {
    if (chunk.toString('utf8') === READY) ready.resolve();
    else ready.reject(new Error('it did not start as it should'));
  };
  child.stdout.once('data', listen);
  void started.gone.then(({ code, signal }) => {
    const last = started
      .complaint()
      .trim()
      .split('\n')
      .find((line) => /error|denied|not /i.test(line));
    ready.reject(new Error(`it ended at once (${signal ?? code}): ${last ?? started.complaint().slice(0, 200)}`));
  });
  try {
    await ready.promise;
  } finally {
    clearTimeout(timer);
    child.stdout.off('data', listen);
    // Flowing, or its end would never be seen.
    child.stdout.resume();
  }
}

/**
 * From here on the kernel gives it nothing more: no descriptor (so no file, socket or pipe), no process or thread, no
 * byte on disk, and memory only up to its cap on top of what it has already.
 */
async function lockIn(child: ChildProcessWithoutNullStreams, { walls, memoryMb }: ProcessOptions): Promise<void> {
  if (walls.limits === null) return;
  const pid = walls.forks ? await onlyChildOf(child.pid) : child.pid;
  const dataBytes = (await dataSizeBytes(pid)) + (OWN_MEMORY_MB + memoryMb) * MB;
  const zero = ['core', 'fsize', 'nofile', 'nproc', 'msgqueue', 'memlock'].map((name) => `--${name}=0:0`);
  const bounded = [`--data=${dataBytes}:${dataBytes}`, `--cpu=${PROCESSOR_SECONDS}:${PROCESSOR_SECONDS}`];
  // As its own user: root without the right to raise limits may set those of others as little as anybody.
  const options = { ...walls.limits.ids, env: {}, cwd: '/' };
  await promisify(execFile)(walls.limits.prlimit, ['--pid', String(pid), ...zero, ...bounded], options);
}

async function onlyChildOf(pid: number | undefined): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
  if (!/^\d+$/.test(children)) throw new Error(`process ${pid} should have one child, not '${children}'`);
  return Number(children);
}

async function dataSizeBytes(pid: number | undefined): Promise<number> {
  const kilobytes = /^VmData:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status does not tell VmData`);
  return Number(kilobytes) * 1024;
}

function killGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
