/** The ceiling program as a process of its own, over the same embedded PostgreSQL with the same settings. */
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { startEmbeddedPostgres } from '../app/platform/db/embedded/start-embedded-postgres.ts';
import { createLog } from '../app/platform/log/log.ts';
import { type Child, startChild } from './child.ts';

export type Ceiling = Child & { readonly url: string };

const ENTRY = fileURLToPath(new URL('./ceiling-server.ts', import.meta.url));

export async function startCeiling(dataDir: string): Promise<Ceiling> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLog({ level: 'warn' }) });
  const env = { BENCH_CONNECTION: JSON.stringify(postgres.connection) };
  const { ready: port, ...child } = await startChild(
    { file: ENTRY },
    env,
    (line) => /^listening (\d+)$/.exec(line)?.[1],
  );
  const stop = async () => {
    await child.stop();
    await postgres.stop();
  };
  return { ...child, url: `http://127.0.0.1:${port}`, stop };
}

/** Runs that the program has ended since it started. */
export async function countEnded(ceiling: Ceiling): Promise<number> {
  const { body } = await request(ceiling.url);
  return Number(await body.text());
}
