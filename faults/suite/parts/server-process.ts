/** A server process that the suite may kill, freeze, block and start again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessName } from '../plan/fault.ts';
import type { Order } from './prelude.ts';

export type ServerProcess = {
  readonly name: ProcessName;
  /** `worker-a/3`: its third life. Also the name of its database connections. */
  readonly life: () => string;
  readonly isAlive: () => boolean;
  readonly start: () => Promise<void>;
  /** SIGKILL: it gets no chance to do anything. */
  readonly kill: () => Promise<void>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly order: (order: Order) => void;
  /** SIGTERM; resolves when it has ended. */
  readonly stop: () => Promise<void>;
  /** Lives that ended without having been asked to, or otherwise than with 0 when asked. */
  readonly crashes: () => readonly Crash[];
};

export type Crash = {
  readonly life: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `start`: before it was ready, as where the database is away. It is started again, as supervisors do. */
  readonly phase: 'start' | 'work' | 'stop';
  readonly how: string;
};

export type ServerProcessOptions = {
  readonly name: ProcessName;
  readonly program: 'start.ts' | 'worker.ts';
  /** For each life anew: the name of its database connections differs. */
  readonly environment: (life: string) => Readonly<Record<string, string>>;
  /** Modules to load first, the prelude aside. */
  readonly preload: readonly string[];
  /** Put before the command, such as `ip netns exec x`. */
  readonly prefix: readonly string[];
  readonly logFile: string;
};

const SERVER_FOLDER = join(import.meta.dirname, '..', '..', '..', 'app', 'server');
const PRELUDE = join(import.meta.dirname, 'prelude.ts');
const READY = /Mainspring is (running|working)/;
const START_MS = 60_000;
/** Beyond the first. */
const STARTS = 10;
const RESTART_MS = 500;
const TAIL_CHARS = 2_000;

export function createServerProcess(options: ServerProcessOptions): ServerProcess {
  const { name, program, prefix, preload } = options;
  let lives = 0;
  let child: ChildProcess | null = null;
  const ending = new Set<ChildProcess>();
  const crashes: Crash[] = [];
  const life = () => `${name}/${lives}`;
  const isAlive = () => child !== null && child.exitCode === null && child.signalCode === null;

  const startOnce = async () => {
    lives += 1;
    const mine = life();
    const imports = [PRELUDE, ...preload].flatMap((module) => ['--import', module]);
    const [command = '', ...rest] = [...prefix, process.execPath, ...imports, join(SERVER_FOLDER, program)];
    const born = spawn(command, rest, {
      env: { PATH: process.env.PATH, FAULTS_PROCESS: name, ...options.environment(mine) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = born;
    const log = createWriteStream(options.logFile, { flags: 'a' });
    log.write(`--- ${mine} ---\n`);
    born.stderr?.pipe(log);
    let phase: Crash['phase'] = 'start';
    born.once('exit', (code, signal) => {
      if (ending.delete(born)) return;
      crashes.push({ life: mine, at: Date.now(), phase, how: `ended by itself with ${signal ?? code}` });
    });
    await becomesReady(born, mine);
    phase = 'work';
  };

  const start = async () => {
    for (let left = STARTS; ; left -= 1) {
      try {
        return await startOnce();
      } catch (error) {
        if (left === 0) throw error;
        await sleep(RESTART_MS);
      }
    }
  };

  const end = async (signal: NodeJS.Signals) => {
    const dying = child;
    if (dying === null || !isAlive()) return dying?.exitCode ?? null;
    ending.add(dying);
    const ended = once(dying, 'exit');
    dying.kill(signal);
    const [code] = await ended;
    return code as number | null;
  };

  return {
    name,
    life,
    isAlive,
    start,
    kill: async () => void (await end('SIGKILL')),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    order: (order) => void child?.send(order, () => {}),
    stop: async () => {
      const mine = life();
      if (!isAlive()) return;
      const code = await end('SIGTERM');
      if (code !== 0) crashes.push({ life: mine, at: Date.now(), phase: 'stop', how: `ended with ${code} when asked` });
    },
    crashes: () => crashes,
  };
}

function becomesReady(child: ChildProcess, life: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const deadline = setTimeout(() => reject(new Error(`${life} did not start within ${START_MS} ms`)), START_MS);
    const settle = (how: () => void) => {
      clearTimeout(deadline);
      how();
    };
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (READY.test(printed)) settle(resolve);
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.stderr?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.once('exit', (code, signal) =>
      settle(() => reject(new Error(`${life} ended with ${signal ?? code}: ${printed.slice(-TAIL_CHARS)}`))),
    );
  });
}
