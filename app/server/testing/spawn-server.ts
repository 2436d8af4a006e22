/** A whole server in a process of its own, as `npm start` starts it, for tests that kill one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type SpawnedServer = {
  readonly process: ChildProcess;
  readonly url: string;
  /** SIGKILL: it gets no chance to do anything. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, and waits until it has ended; answers with its exit code. */
  readonly stop: () => Promise<number | null>;
};

const PROGRAM = join(import.meta.dirname, '..', 'start.ts');
const ADDRESS = /running at (http:\/\/\S+)/;

/** Starts a server and resolves when it has said where it is. Throws with what it printed where it ends instead. */
export async function spawnServer(env: Record<string, string>): Promise<SpawnedServer> {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const [, address] = ADDRESS.exec(printed) ?? [];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = await ended;
    return code as number | null;
  };
  return {
    process: child,
    url,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}
