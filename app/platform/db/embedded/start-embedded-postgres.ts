import { access, chmod, constants, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type { Log } from '../log.ts';
import { findBinaries } from './binaries.ts';
import { launch } from './launch.ts';
import { lockFolder } from './lock-folder.ts';
import { clusterOwner, type Folder, folderPaths, prepareFolder, USER } from './prepare-folder.ts';
import { chooseRunAs } from './run-as.ts';
import { type Address, type Durability, postgresConf, SOCKET_PORT } from './settings.ts';
import { stopOrphan } from './stop-orphan.ts';
import { supervise } from './supervise.ts';

/** What any PostgreSQL client needs to connect. `host` is a folder where the server listens on a Unix socket. */
export type Connection = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
};

export type EmbeddedPostgres = {
  readonly connection: Connection;
  /** Of the server process that runs now. */
  readonly pid: number;
  /** Ends it by a fast shutdown and frees the folder: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** The data folder of the server; PostgreSQL lives in `postgres` below it. Made if missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** `none` is for throw-away databases of tests: a crash may lose everything. Default `full`. */
  readonly durability?: Durability;
};

/**
 * Starts the PostgreSQL that npm installed over a data folder, and waits until it accepts connections. What a killed
 * server left behind is cleaned up first; if PostgreSQL ends by itself later, it is started again at the same address.
 * Throws `DataFolderInUse` where a living server holds the folder.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, durability = 'full' } = options;
  const dataDir = await makeDataDir(options.dataDir);
  const folder = folderPaths(join(dataDir, 'postgres'));
  const binaries = await findBinaries();
  await mkdir(folder.root, { recursive: true, mode: PASSABLE });
  const owner = await clusterOwner(folder);
  const lock = await lockFolder(folder.root);
  try {
    await letPass([dataDir, folder.root]);
    const runAs = await chooseRunAs(owner, [folder.root, binaries.postgres]);
    await stopOrphan(folder, log);
    const password = await prepareFolder(folder, binaries, runAs);
    await writeFile(folder.config, postgresConf(durability));
    await chmod(folder.config, READABLE);
    const address = await chooseAddress(folder);
    const launchOnce = async () => {
      lock.assertHeld();
      await stopOrphan(folder, log);
      return launch(binaries, folder, address, runAs, log);
    };
    // A server killed at the moment of its launch leaves a PostgreSQL that shows itself only now: stop it, and again.
    const postgres = await supervise(() => launchOnce().catch(launchOnce), log);
    return {
      connection: connectionTo(address, password),
      get pid() {
        return postgres.pid();
      },
      stop: async () => {
        await postgres.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Others may pass through to what is theirs below, but see nothing. */
const PASSABLE = 0o711;
const READABLE = 0o644;

async function makeDataDir(path: string): Promise<string> {
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await mkdir(path, { mode: PASSABLE }).catch(ignoreExisting);
    await access(path, constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (cause) {
    throw new Error(`The data folder ${resolve(path)} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** As root, PostgreSQL runs as another user, who must be able to pass through the folders that are ours. */
async function letPass(folders: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (const folder of folders) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) await chmod(folder, (mode & 0o777) | 0o011);
  }
}

/** `sun_path` holds 104 bytes on macOS and 108 on Linux. */
const SOCKET_PATH_MAX_BYTES = 100;

async function chooseAddress(folder: Folder): Promise<Address> {
  if (process.platform !== 'win32' && Buffer.byteLength(folder.socket) < SOCKET_PATH_MAX_BYTES) {
    return { kind: 'socket', folder: folder.run };
  }
  return { kind: 'port', port: await freePort() };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export function connectionTo(address: Address, password: string): Connection {
  const login = { user: USER, password, database: 'postgres' };
  switch (address.kind) {
    case 'socket':
      return { host: address.folder, port: SOCKET_PORT, ...login };
    case 'port':
      return { host: '127.0.0.1', port: address.port, ...login };
  }
}
