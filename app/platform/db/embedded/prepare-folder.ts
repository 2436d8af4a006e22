import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries, majorVersion } from './binaries.ts';
import { giveTo, type RunAs, spawnAs } from './run-as.ts';
import { SOCKET_PORT } from './settings.ts';

export const USER = 'mainspring';

/**
 * What lies below the data folder. Only `data` and `run` belong to the user as whom PostgreSQL runs; what we write
 * stands outside of them, so that no link planted there can lead root astray.
 */
export type Folder = {
  readonly root: string;
  /** The cluster. */
  readonly data: string;
  /** `postgresql.conf`, beside an operator's `custom.conf`. */
  readonly config: string;
  readonly password: string;
  /** For the socket, with its usual name in it. */
  readonly run: string;
  readonly socket: string;
};

export function folderPaths(root: string): Folder {
  const run = join(root, 'run');
  return {
    root,
    data: join(root, 'data'),
    config: join(root, 'postgresql.conf'),
    password: join(root, 'password'),
    run,
    socket: join(run, `.s.PGSQL.${SOCKET_PORT}`),
  };
}

/** The owner of an existing cluster, or null where there is none yet. Throws where it is not ours to run. */
export async function clusterOwner(folder: Folder): Promise<{ uid: number; gid: number } | null> {
  const found = await stat(folder.data).catch(() => null);
  if (found === null) return null;
  const { uid, gid } = found;
  const self = process.getuid?.();
  if (self === undefined || self === 0 || self === uid) return { uid, gid };
  throw new Error(
    `${folder.root} belongs to the user ${uid}, and Mainspring was started as the user ${self}. ` +
      `Start it as its owner or as root, or hand the folder over: chown -R ${self} '${folder.root}'`,
  );
}

/**
 * Makes the cluster where there is none, and returns its password. The cluster is built beside its place and renamed
 * into it when complete, so a start that was cut leaves only rubbish, which the next one sweeps away.
 */
export async function prepareFolder(folder: Folder, binaries: Binaries, runAs: RunAs): Promise<string> {
  await sweepUnfinished(folder);
  // A socket's lock file that outlived its server could name a process that is now someone else's.
  await rm(folder.run, { recursive: true, force: true });
  await mkdir(folder.run, { mode: 0o700 });
  await giveTo(runAs, folder.run);
  const version = await readFile(join(folder.data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) return initialise(folder, binaries, runAs);

  const found = version.trim();
  const wanted = await majorVersion(binaries);
  if (found !== wanted) {
    throw new Error(
      `${folder.data} was made by PostgreSQL ${found}; this Mainspring brings PostgreSQL ${wanted}. ` +
        `Dump it with PostgreSQL ${found} and restore it into an empty MAINSPRING_DATA, or point DATABASE_URL at a server.`,
    );
  }
  // Copying a folder often widens its mode, which PostgreSQL refuses.
  await chmod(folder.data, 0o700);
  return readPassword(folder, binaries, runAs);
}

async function initialise(folder: Folder, binaries: Binaries, runAs: RunAs): Promise<string> {
  if ((await readdir(folder.data).catch(() => [])).length > 0) {
    throw new Error(`${folder.data} is not empty and holds no PostgreSQL cluster (no PG_VERSION). Move it away.`);
  }
  const staging = join(folder.root, `${UNFINISHED}${randomBytes(6).toString('hex')}`);
  await mkdir(staging, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(staging, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await giveTo(runAs, passwordFile);
  await giveTo(runAs, staging);
  const cluster = join(staging, 'data');
  await run(runAs, binaries.initdb, [
    `--pgdata=${cluster}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The built-in provider: Unicode-aware, ordered by code point, and the same on every machine.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
  ]);
  await savePassword(folder, runAs, password);
  await rename(cluster, folder.data);
  await syncFolder(folder.root);
  await rm(staging, { recursive: true, force: true });
  return password;
}

const UNFINISHED = 'unfinished-';

async function sweepUnfinished(folder: Folder): Promise<void> {
  for (const name of await readdir(folder.root)) {
    // An initdb that outlived its server may still be writing there; it fails by itself once its files are gone.
    if (name.startsWith(UNFINISHED)) await rm(join(folder.root, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function readPassword(folder: Folder, binaries: Binaries, runAs: RunAs): Promise<string> {
  const saved = (await readFile(folder.password, 'utf8').catch(() => '')).trim();
  if (saved !== '') return saved;
  // The file was lost, in a copy for example. Whoever owns the cluster may set a new password without the old one.
  const password = randomBytes(24).toString('base64url');
  const statement = `ALTER ROLE ${USER} PASSWORD '${password}';\n`;
  await run(runAs, binaries.postgres, ['--single', '-D', folder.data, 'postgres'], statement);
  await savePassword(folder, runAs, password);
  return password;
}

async function savePassword(folder: Folder, runAs: RunAs, password: string): Promise<void> {
  const file = await open(`${folder.password}.new`, 'w', 0o600);
  await file.writeFile(`${password}\n`);
  await file.sync();
  await file.close();
  await giveTo(runAs, `${folder.password}.new`);
  await rename(`${folder.password}.new`, folder.password);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync();
  await folder.close();
}

function run(runAs: RunAs, program: string, args: string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawnAs(runAs, program, args, { detached: false });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_MAX_CHARS);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${signal ?? `code ${code}`}: ${output.trim()}`));
    });
  });
}

const OUTPUT_MAX_CHARS = 4000;
