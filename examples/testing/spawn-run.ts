/** `mainspring run` in a process of its own, as a shell would start it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'cli/bin/mainspring.mjs');

export type SpawnedRun = {
  /** Resolves as soon as a line begins so; spaces count as one. Throws with all that was printed where none comes. */
  readonly line: (beginning: string) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** When it has ended. `code` is null where a signal ended it. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly lines: readonly string[];
    readonly problems: string;
  }>;
};

export function spawnRun(args: readonly string[], env: Readonly<Record<string, string>>): SpawnedRun {
  const child = spawn(process.execPath, [PROGRAM, 'run', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let problems = '';
  const waiting = new Set<() => void>();
  createInterface(child.stdout).on('line', (text) => {
    lines.push(text.replaceAll(/ +/g, ' '));
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    problems += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, lines, problems }));
  return {
    line: (beginning) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!lines.some((text) => text.startsWith(beginning))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`no line "${beginning}" came:\n${lines.join('\n')}\n${problems}`)));
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
