import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Connection } from '../embedded/start-embedded-postgres.ts';

export type ServerAnswer =
  | { readonly connection: Connection; readonly pid: number }
  | { readonly error: string; readonly message: string };

export type SpawnedServer = {
  readonly process: ChildProcess;
  /** What it prints once it has started, or failed to. */
  answer(): Promise<ServerAnswer>;
  /** SIGKILL: it gets no chance to stop its PostgreSQL. */
  kill(): Promise<void>;
};

const PROGRAM = join(import.meta.dirname, 'embedded-server.ts');

/** Starts a server process over a data folder, as another user where one is given. */
export function spawnEmbeddedServer(dataDir: string, user: { uid?: number; gid?: number } = {}): SpawnedServer {
  const child = spawn(process.execPath, [PROGRAM, dataDir], { ...user, stdio: ['pipe', 'pipe', 'inherit'] });
  const line = once(createInterface({ input: child.stdout }), 'line');
  return {
    process: child,
    answer: async () => JSON.parse((await line)[0]) as ServerAnswer,
    kill: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The answer of a server that is expected to start. */
export async function startedServer(server: SpawnedServer): Promise<{ connection: Connection; pid: number }> {
  const answer = await server.answer();
  if ('error' in answer) throw new Error(answer.message);
  return answer;
}
