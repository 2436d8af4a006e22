import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { folderPaths } from './prepare-folder.ts';
import { type Connection, connectionTo } from './start-embedded-postgres.ts';

/**
 * How to reach the PostgreSQL that a running server has started over a data folder; undefined where none is ready, or
 * this user may not read how. Takes nothing over: the server keeps it.
 */
export async function findRunningPostgres(dataDir: string): Promise<Connection | undefined> {
  const folder = folderPaths(join(resolve(dataDir), 'postgres'));
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const [pidFile, password] = await Promise.all([read(join(folder.data, 'postmaster.pid')), read(folder.password)]);
  // https://www.postgresql.org/docs/current/storage-file-layout.html: process, folder, start, port, socket folder,
  // address, shared memory, status.
  const [, , , port = '', socketFolder = '', , , status = ''] = pidFile.split('\n');
  if (status.trim() !== 'ready' || password.trim() === '') return undefined;
  if (socketFolder !== '') return connectionTo({ kind: 'socket', folder: socketFolder }, password.trim());
  return connectionTo({ kind: 'port', port: Number(port) }, password.trim());
}

/** True where a data folder holds a database, or may hold one that this user cannot see. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  const folder = folderPaths(join(resolve(dataDir), 'postgres'));
  return readFile(join(folder.data, 'PG_VERSION')).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}
