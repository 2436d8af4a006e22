/**
 * Runs code of users behind two walls: QuickJS in WebAssembly, which knows no outside, inside a process that has no
 * secrets, no files and no network (as far as the host can take them away: see `walls`). Every run gets a process of
 * its own. Nothing is started before the first run; after it, one process waits ready for the next.
 */
import { availableParallelism } from 'node:os';
import { inputTooLarge } from './code-failures.ts';
import { CODE_LIMITS } from './code-limits.ts';
import type { CodeOutcome, CodeRequest } from './code-outcome.ts';
import { detectWalls, type HostWalls, type Wall } from './detect-walls.ts';
import { runInProcess } from './run-in-process.ts';
import { QUICK_JS_RUNNER, readableFolders } from './runner-files.ts';
import { type SandboxProcess, startProcess } from './start-process.ts';
import { createTurns } from './turns.ts';

export type Sandbox = {
  /**
   * What became of the code. Rejects only with the reason of `signal`. The limits of time and memory must lie within
   * `CODE_LIMITS`.
   */
  readonly run: (request: CodeRequest, signal: AbortSignal) => Promise<CodeOutcome>;
  /** The outer walls and whether they hold on this host. */
  readonly walls: () => Promise<readonly Wall[]>;
  /** Kills what runs and what waits. Resolves when all is gone. */
  readonly close: () => Promise<void>;
};

export type SandboxOptions = {
  /** Told once, at the first run, of walls that do not hold here. */
  readonly warn?: (message: string) => void;
  /** Most processes that run code at the same time. Default: as many as the machine runs at once, at least 2. */
  readonly atOnce?: number;
  /** For tests of the outer wall: the program that evaluates the code. */
  readonly runner?: string;
  /** For tests: where the tools lie that build the outer walls. */
  readonly toolFolders?: readonly string[] | undefined;
};

/** A process waits this long for a next run, then gives its memory back. */
const KEEP_READY_MS = 60_000;

/** Runs that wait for their turn; more are sent away. */
const MOST_WAITING = 1_000;

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const runner = options.runner ?? QUICK_JS_RUNNER;
  const atOnce = options.atOnce ?? Math.max(2, availableParallelism());
  const turns = createTurns({ atOnce, mostWaiting: MOST_WAITING });
  const alive = new Set<SandboxProcess>();
  let known: Promise<HostWalls> | null = null;
  let ready: Promise<SandboxProcess | null> | null = null;
  let closed = false;

  const hostWalls = (): Promise<HostWalls> => {
    known ??= detect(runner, options);
    return known;
  };

  const start = async (memoryMb: number): Promise<SandboxProcess> => {
    const walls = await hostWalls();
    const started = await startProcess({ walls, runner, folders: readableFolders(runner), memoryMb });
    alive.add(started);
    void started.gone.then(() => alive.delete(started));
    if (closed) started.kill();
    return started;
  };

  /** The waiting process, where it has the memory asked for and is well; else a new one. */
  const take = async (memoryMb: number): Promise<SandboxProcess> => {
    if (memoryMb !== CODE_LIMITS.memoryMb.usual || ready === null) return start(memoryMb);
    const waiting = ready;
    ready = null;
    const taken = await waiting;
    if (taken === null || !taken.isAlive()) return start(memoryMb);
    taken.hold(true);
    return taken;
  };

  const makeReady = (): void => {
    if (ready !== null || closed) return;
    const starting = start(CODE_LIMITS.memoryMb.usual).then(
      (started) => {
        started.hold(false);
        return started;
      },
      () => null,
    );
    ready = starting;
    const tooLong = async (): Promise<void> => {
      if (ready !== starting) return;
      ready = null;
      (await starting)?.kill();
    };
    setTimeout(() => void tooLong(), KEEP_READY_MS).unref();
  };

  const runNow = async (request: CodeRequest, inputJson: string, signal: AbortSignal): Promise<CodeOutcome> => {
    let process: SandboxProcess;
    try {
      process = await take(request.memoryMb);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: 'unavailable', message: `No process for the code could be started: ${why}` };
    }
    return runInProcess(process, request, inputJson, signal);
  };

  return {
    run: async (request, signal) => {
      const inputJson = JSON.stringify(request.input);
      if (inputJson.length > CODE_LIMITS.inputChars) {
        return { kind: 'failed', logs: [], ...inputTooLarge(inputJson.length) };
      }
      if (closed) return { kind: 'unavailable', message: 'The server is about to stop and starts no more code.' };
      const turn = await turns.take(signal);
      if (turn === null) return { kind: 'unavailable', message: `${MOST_WAITING} pieces of code wait already.` };
      try {
        return await runNow(request, inputJson, signal);
      } finally {
        turn.end();
        makeReady();
      }
    },
    walls: async () => (await hostWalls()).walls,
    close: async () => {
      closed = true;
      for (const process of alive) process.kill();
      await ready;
      await Promise.all([...alive].map((process) => process.gone));
    },
  };
}

async function detect(runner: string, { warn, toolFolders }: SandboxOptions): Promise<HostWalls> {
  const found = await detectWalls([runner, process.execPath, ...readableFolders(runner)], toolFolders);
  const open = found.walls.filter((wall) => !wall.holds).map((wall) => `${wall.name} (${wall.detail})`);
  if (open.length > 0) warn?.(`Code steps run with fewer walls than they could have here: ${open.join('; ')}.`);
  return found;
}
