import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, readlink, rm, stat, watch, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { spawnEmbeddedServer, startedServer } from '../testing/spawn-embedded-server.ts';
import { makeTemporaryFolder } from '../testing/temporary-folder.ts';
import { DataFolderInUse } from './data-folder-in-use.ts';
import { type Connection, type EmbeddedPostgres, startEmbeddedPostgres } from './start-embedded-postgres.ts';

const log = pino({ level: 'silent' });

async function ask(connection: Connection, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    // A dead process that nobody has buried yet still has a number, but works nowhere.
    if (process.platform === 'linux') await readlink(`/proc/${pid}/cwd`);
    return true;
  } catch {
    return false;
  }
}

describe('embedded PostgreSQL over a folder that has been used', () => {
  let folder: string;
  let dataDir: string;
  let postgres: EmbeddedPostgres | null = null;
  const start = async () => {
    postgres = await startEmbeddedPostgres({ dataDir, log });
    return postgres;
  };

  beforeAll(async () => {
    folder = await makeTemporaryFolder();
    dataDir = join(folder, 'a "data", folder');
    const { connection } = await start();
    await ask(connection, 'create table kept (id int)');
    await postgres?.stop();
  });
  afterEach(() => postgres?.stop());
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('keeps what was committed', async () => {
    const { connection } = await start();
    expect(await ask(connection, 'select * from kept')).toEqual([]);
  });

  test.each([
    ['fsync', 'on'],
    ['synchronous_commit', 'on'],
    ['full_page_writes', 'on'],
    ['data_checksums', 'on'],
    ['server_encoding', 'UTF8'],
    ['listen_addresses', ''],
    ['max_connections', '60'],
    ['jit', 'off'],
  ])('has %s set to %j', async (name, value) => {
    const { connection } = postgres !== null && (await isAlive(postgres.pid)) ? postgres : await start();
    expect(await ask(connection, `select current_setting('${name}') as value`)).toEqual([{ value }]);
  });

  test('refuses a wrong password', async () => {
    const { connection } = await start();
    await expect(ask({ ...connection, password: 'guess' }, 'select 1')).rejects.toThrow('password');
  });

  test('keeps its password to its owner', async () => {
    const { mode } = await stat(join(dataDir, 'postgres', 'password'));
    expect(mode & 0o777).toBe(0o600);
  });

  test('makes a new password where the file was lost', async () => {
    await rm(join(dataDir, 'postgres', 'password'));
    const { connection } = await start();
    expect(await ask(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('takes the folder over from a server that was killed, with its work under way', async () => {
    const server = spawnEmbeddedServer(dataDir);
    const orphan = await startedServer(server);
    const client = new pg.Client(orphan.connection);
    client.on('error', () => {});
    await client.connect();
    await client.query('insert into kept values (1)');
    await client.query('begin; insert into kept values (2)');
    await server.kill();
    expect(await isAlive(orphan.pid)).toBe(true);

    const { connection, pid } = await start();
    expect(await isAlive(orphan.pid)).toBe(false);
    expect(pid).not.toBe(orphan.pid);
    expect(await ask(connection, 'select id from kept')).toEqual([{ id: 1 }]);
    await ask(connection, 'truncate kept');
  });

  test('starts after the server and its PostgreSQL were both killed', async () => {
    const server = spawnEmbeddedServer(dataDir);
    const orphan = await startedServer(server);
    await ask(orphan.connection, 'insert into kept values (3)');
    await server.kill();
    process.kill(orphan.pid, 'SIGKILL');

    const { connection } = await start();
    expect(await ask(connection, 'select id from kept')).toEqual([{ id: 3 }]);
    await ask(connection, 'truncate kept');
  });

  test('spares a stranger that now has the number of the PostgreSQL of old', async () => {
    const stranger: ChildProcess = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const pidFile = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    await writeFile(pidFile, `${stranger.pid}\n${join(dataDir, 'postgres', 'data')}\n1\n5432\n`);
    const { connection } = await start();
    expect(await ask(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  });

  test('refuses a folder that another server holds, and names the folder and its process', async () => {
    const server = spawnEmbeddedServer(dataDir);
    const { connection } = await startedServer(server);
    const second = await startEmbeddedPostgres({ dataDir, log }).catch((error) => error);
    expect(second).toBeInstanceOf(DataFolderInUse);
    expect(second.pid).toBe(server.process.pid);
    expect(second.message).toContain(dataDir);
    expect(second.message).toContain(String(server.process.pid));
    expect(await ask(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.kill();
  });

  test('is out of reach of the Ctrl-C that ends its server', async () => {
    const { pid } = await start();
    expect(execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim()).toBe(String(pid));
  });

  test('does not start beside a PostgreSQL that it cannot see but that answers', async () => {
    const unseen = createServer();
    const socket = join(dataDir, 'postgres', 'run', '.s.PGSQL.5432');
    const pidFile = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    await writeFile(pidFile, '1\n');
    await new Promise<void>((resolve) => unseen.listen(socket, resolve));
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow('still answers');
    expect(await readFile(pidFile, 'utf8')).toBe('1\n');
    await new Promise((resolve) => unseen.close(resolve));
    await start();
  });

  test('lets exactly one of several servers that start at once have the folder', async () => {
    const answers = await Promise.allSettled([1, 2, 3].map(() => startEmbeddedPostgres({ dataDir, log })));
    const started = answers.filter((answer) => answer.status === 'fulfilled');
    expect(started).toHaveLength(1);
    postgres = started[0]?.value ?? null;
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(DataFolderInUse);
  });

  test('comes back at the same address when PostgreSQL alone is killed', async () => {
    const { connection, pid } = await start();
    await ask(connection, 'insert into kept values (4)');
    process.kill(pid, 'SIGKILL');
    const answer = async (): Promise<unknown> => ask(connection, 'select id from kept').catch(answer);
    await expect.poll(() => postgres?.pid).not.toBe(pid);
    expect(await answer()).toEqual([{ id: 4 }]);
    await ask(connection, 'truncate kept');
  });

  test('runs settings of one’s own from custom.conf', async () => {
    const file = join(dataDir, 'postgres', 'custom.conf');
    await writeFile(file, "work_mem = '7MB'\nlogging_collector = on\n");
    await chmod(file, 0o644);
    const { connection } = await start();
    expect(await ask(connection, 'show work_mem')).toEqual([{ work_mem: '7MB' }]);
    await rm(file);
  });

  test('refuses a cluster of another version, and says what to do', async () => {
    const file = join(dataDir, 'postgres', 'data', 'PG_VERSION');
    const version = await readFile(file, 'utf8');
    await writeFile(file, '15\n');
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(
      /made by PostgreSQL 15.*brings PostgreSQL 18/,
    );
    await writeFile(file, version);
    await start();
  });
});

describe('embedded PostgreSQL over a new folder', () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres | null = null;

  beforeEach(async () => {
    dataDir = await makeTemporaryFolder();
  });
  afterEach(async () => {
    await postgres?.stop();
    postgres = null;
    await rm(dataDir, { recursive: true, force: true });
  });

  test('starts again from nothing when the first start was killed while it made the cluster', async () => {
    const root = join(dataDir, 'postgres');
    await mkdir(root, { mode: 0o711 });
    const changes = watch(root);
    const server = spawnEmbeddedServer(dataDir);
    for await (const change of changes) if (change.filename?.startsWith('unfinished-')) break;
    await server.kill();

    postgres = await startEmbeddedPostgres({ dataDir, log });
    expect(await ask(postgres.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(root)).sort()).toEqual(['data', 'holder', 'lock', 'password', 'postgresql.conf', 'run']);
  });

  test('listens on a loopback port where the path is too long for a socket', async () => {
    postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'x'.repeat(100)), log });
    expect(postgres.connection.host).toBe('127.0.0.1');
    expect(await ask(postgres.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('does not touch a folder that holds something else', async () => {
    const data = join(dataDir, 'postgres', 'data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'letters.txt'), 'dear all');
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow('holds no PostgreSQL cluster');
    expect(await readdir(data)).toEqual(['letters.txt']);
  });

  test('names the folder where it cannot be used', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    await expect(startEmbeddedPostgres({ dataDir: file, log })).rejects.toThrow(/file.* cannot be used/);
  });
});
