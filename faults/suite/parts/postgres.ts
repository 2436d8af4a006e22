/** A PostgreSQL of the suite's own, that it may kill and start again as it likes. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findBinaries } from '../../../app/platform/db/embedded/binaries.ts';
import { launch } from '../../../app/platform/db/embedded/launch.ts';
import { folderPaths, prepareFolder, USER } from '../../../app/platform/db/embedded/prepare-folder.ts';
import { chooseRunAs } from '../../../app/platform/db/embedded/run-as.ts';
import { postgresConf } from '../../../app/platform/db/embedded/settings.ts';
import { stopOrphan } from '../../../app/platform/db/embedded/stop-orphan.ts';
import type { Log } from '../../../app/platform/db/log.ts';

export type Postgres = {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** As `pg_ctl stop -m immediate`: no checkpoint, no goodbye. */
  readonly stopImmediately: () => Promise<void>;
  /** Starts it again over the same data; resolves when it takes connections. Tries again while it cannot. */
  readonly start: () => Promise<void>;
  /** Starts it again should it have ended by itself. */
  readonly isRunning: () => boolean;
  readonly stop: () => Promise<void>;
};

const SETTINGS = [
  'max_connections = 60',
  // Small, so that a long run does not fill the little disk by itself.
  'max_wal_size = 256MB',
  'min_wal_size = 64MB',
  // Crash recovery after a full disk must not wait for us.
  'restart_after_crash = on',
];
const RETRY_MS = 200;
const PASSABLE = 0o711;
const READABLE = 0o644;

export async function startPostgres(dataDir: string, log: Log): Promise<Postgres> {
  const folder = folderPaths(join(dataDir, 'postgres'));
  await mkdir(folder.root, { recursive: true, mode: PASSABLE });
  for (const path of [dataDir, folder.root]) await chmod(path, PASSABLE);
  const binaries = await findBinaries();
  const runAs = await chooseRunAs(null, [folder.root, binaries.postgres]);
  const password = await prepareFolder(folder, binaries, runAs);
  await writeFile(folder.config, postgresConf('full'));
  await writeFile(join(folder.root, 'custom.conf'), `${SETTINGS.join('\n')}\n`);
  await Promise.all([folder.config, join(folder.root, 'custom.conf')].map((path) => chmod(path, READABLE)));
  const port = await freePort();
  const start = () => launch(binaries, folder, { kind: 'port', port }, runAs, log);
  let child = await start();
  return {
    port,
    user: USER,
    password,
    isRunning: () => isAlive(child),
    stopImmediately: () => end(child, 'SIGQUIT'),
    start: async () => {
      while (!isAlive(child)) {
        await stopOrphan(folder, log);
        const next = await start().catch((error: unknown) => {
          log.info({ err: error }, 'PostgreSQL does not start yet');
          return new Promise<null>((resolve) => setTimeout(resolve, RETRY_MS, null));
        });
        if (next !== null) child = next;
      }
    },
    stop: () => end(child, 'SIGINT'),
  };
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** A port of loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
