import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries, majorVersion } from './binaries.ts';
import type { OsUser } from './os-user.ts';

export const USER = 'mainspring';

/** What lies below the data folder: `data` (the cluster), `run` (the socket), `password`, `lock`, `holder`. */
export type Folder = { readonly root: string; readonly data: string; readonly run: string; readonly password: string };

export function folderPaths(root: string): Folder {
  return { root, data: join(root, 'data'), run: join(root, 'run'), password: join(root, 'password') };
}

/** The owner of an existing cluster, or null where there is none yet. */
export async function clusterOwner(folder: Folder): Promise<OsUser | null> {
  return stat(folder.data).then(
    ({ uid, gid }) => ({ uid, gid }),
    () => null,
  );
}

/**
 * Makes the cluster where there is none, and returns its password. The cluster is built beside its place and renamed
 * into it when complete, so a start that was cut leaves only rubbish, which the next one sweeps away.
 */
export async function prepareFolder(folder: Folder, binaries: Binaries, user: OsUser | null): Promise<string> {
  await sweepUnfinished(folder);
  await mkdir(folder.run, { recursive: true, mode: 0o700 });
  await own(folder.run, user);
  const version = await readFile(join(folder.data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) return initialise(folder, binaries, user);

  const found = version.trim();
  const wanted = await majorVersion(binaries);
  if (found !== wanted) {
    throw new Error(
      `${folder.data} was made by PostgreSQL ${found}; this Mainspring brings PostgreSQL ${wanted}. ` +
        `Dump it with PostgreSQL ${found} and restore it into an empty MAINSPRING_DATA, or point DATABASE_URL at a server.`,
    );
  }
  return readPassword(folder, binaries, user);
}

async function initialise(folder: Folder, binaries: Binaries, user: OsUser | null): Promise<string> {
  if ((await readdir(folder.data).catch(() => [])).length > 0) {
    throw new Error(`${folder.data} is not empty and holds no PostgreSQL cluster (no PG_VERSION). Move it away.`);
  }
  const staging = join(folder.root, `${UNFINISHED}${randomBytes(6).toString('hex')}`);
  await mkdir(staging, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(staging, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await own(passwordFile, user);
  await own(staging, user);
  const cluster = join(staging, 'data');
  await run(binaries.initdb, user, folder.root, [
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
  await savePassword(folder, password);
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

async function readPassword(folder: Folder, binaries: Binaries, user: OsUser | null): Promise<string> {
  const saved = (await readFile(folder.password, 'utf8').catch(() => '')).trim();
  if (saved !== '') return saved;
  // The file was lost, in a copy for example. Whoever owns the cluster may set a new password without the old one.
  const password = randomBytes(24).toString('base64url');
  const statement = `ALTER ROLE ${USER} PASSWORD '${password}';\n`;
  await run(binaries.postgres, user, folder.root, ['--single', '-D', folder.data, 'postgres'], statement);
  await savePassword(folder, password);
  return password;
}

async function savePassword(folder: Folder, password: string): Promise<void> {
  const file = await open(`${folder.password}.new`, 'w', 0o600);
  await file.writeFile(`${password}\n`);
  await file.sync();
  await file.close();
  await rename(`${folder.password}.new`, folder.password);
  await chmod(folder.password, 0o600);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync();
  await folder.close();
}

async function own(path: string, user: OsUser | null): Promise<void> {
  if (user !== null) await chown(path, user.uid, user.gid);
}

function run(program: string, user: OsUser | null, cwd: string, args: string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, ...user, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${signal ?? `code ${code}`}: ${output.trim()}`));
    });
  });
}
