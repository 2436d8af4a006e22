import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Log } from '../log.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { type FolderLock, lockFolder } from './lock-folder.ts';
import { chooseOsUser, type OsUser } from './os-user.ts';
import { clusterOwner, type Folder, folderPaths, prepareFolder, USER } from './prepare-folder.ts';
import { type Address, addressArguments, type Durability, postgresConf, SOCKET_PORT } from './settings.ts';
import { stopOrphan } from './stop-orphan.ts';

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
  readonly pid: number;
  /** Ends it by a fast shutdown: open transactions are rolled back, everything committed is on disk. */
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
 * server left behind is cleaned up first. Throws `DataFolderInUse` where a living server holds the folder.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, durability = 'full' } = options;
  await mkdir(options.dataDir, { recursive: true, mode: 0o711 });
  const dataDir = await realpath(options.dataDir);
  const folder = folderPaths(join(dataDir, 'postgres'));
  const binaries = await findBinaries();
  await mkdir(folder.root, { recursive: true, mode: 0o711 });
  const lock = await lockFolder(folder.root);
  try {
    const user = await chooseOsUser(await clusterOwner(folder));
    if (user !== null) await openToUser(dataDir, folder);
    await stopOrphan(folder.data, log);
    const password = await prepareFolder(folder, binaries, user);
    await writeFile(join(folder.data, 'postgresql.conf'), postgresConf(durability));
    const address = await chooseAddress(folder);
    const child = await launch({ binaries, folder, address, user, log, lock });
    return { connection: connectionTo(address, password), pid: child.pid as number, stop: () => stop(child) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** `sun_path` holds 104 bytes on macOS and 108 on Linux. */
const SOCKET_PATH_MAX_BYTES = 100;

async function chooseAddress(folder: Folder): Promise<Address> {
  const socket = join(folder.run, `.s.PGSQL.${SOCKET_PORT}`);
  if (process.platform !== 'win32' && Buffer.byteLength(socket) < SOCKET_PATH_MAX_BYTES) {
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

function connectionTo(address: Address, password: string): Connection {
  const login = { user: USER, password, database: 'postgres' };
  switch (address.kind) {
    case 'socket':
      return { host: address.folder, port: SOCKET_PORT, ...login };
    case 'port':
      return { host: '127.0.0.1', port: address.port, ...login };
  }
}

/** Another user than ours must be able to pass through the folders that are ours. */
async function openToUser(dataDir: string, folder: Folder): Promise<void> {
  for (const path of [dataDir, folder.root]) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0) await chmod(path, (mode & 0o777) | 0o011);
  }
}

type Launch = {
  readonly binaries: Binaries;
  readonly folder: Folder;
  readonly address: Address;
  readonly user: OsUser | null;
  readonly log: Log;
  readonly lock: FolderLock;
};

function launch({ binaries, folder, address, user, log, lock }: Launch): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(binaries.postgres, ['-D', folder.data, ...addressArguments(address)], {
      cwd: folder.root,
      // A session of its own: Ctrl-C in the terminal must reach the server alone, which then stops PostgreSQL last.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    let tail: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      tail = [...tail, line].slice(-10);
      if (/^(FATAL|PANIC)/.test(line)) log.warn({ postgres: line }, 'PostgreSQL complains');
      else log.debug({ postgres: line }, 'PostgreSQL says');
      if (line.includes('ready to accept connections')) resolve(child);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      lock.release();
      const how = signal ?? `code ${code}`;
      log.debug({ how }, 'PostgreSQL ended');
      reject(new Error(`PostgreSQL ended with ${how} while starting over ${folder.data}: ${tail.join(' | ')}`));
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('close', () => resolve());
    child.kill('SIGINT');
  });
}
