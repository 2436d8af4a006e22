/** Programs under measurement, as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, extname } from 'node:path';
import { createInterface } from 'node:readline';

export type Child = {
  readonly pid: number;
  readonly stop: () => Promise<void>;
};

export type Program = {
  readonly options?: readonly string[];
  readonly file: string;
  readonly args?: readonly string[];
};

const STOP_GRACE_MS = 20_000;

/** Runs a file, after options of Node, with the same Node and waits for a line on its standard output that `ready` can read. */
export async function startChild<Ready>(
  { options = [], file, args = [] }: Program,
  env: Readonly<Record<string, string>>,
  ready: (line: string) => Ready | undefined,
): Promise<Child & { readonly ready: Ready }> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [...options, ...profiling(file), file, ...args], {
    env: { ...inherited, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const said = Promise.withResolvers<Ready>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const found = ready(line);
    if (found !== undefined) said.resolve(found);
  });
  child.on('exit', (code, signal) => {
    said.reject(new Error(`${file} ended with ${signal ?? code} before it was ready:\n${errors.join('')}`));
  });
  return { pid: child.pid ?? 0, ready: await said.promise, stop: () => stopChild(child) };
}

/** `BENCH_PROFILE=folder npm run bench` leaves a CPU profile of each program there. */
function profiling(file: string): readonly string[] {
  const folder = process.env.BENCH_PROFILE;
  if (folder === undefined) return [];
  const name = basename(file, extname(file));
  return ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-name', `${name}-${Date.now()}.cpuprofile`];
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const tooLate = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await ended;
  clearTimeout(tooLate);
}
