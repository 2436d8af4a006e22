import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { spawnEmbeddedServer, startedServer } from '../testing/spawn-embedded-server.ts';
import { makeTemporaryFolder } from '../testing/temporary-folder.ts';
import { startEmbeddedPostgres } from './start-embedded-postgres.ts';

const log = pino({ level: 'silent' });
const isRoot = process.getuid?.() === 0;
const ordinary = isRoot ? ordinaryUser() : null;

/** An ordinary user of this machine, if it may read the project and so run it. */
function ordinaryUser(): { uid: number; gid: number } | null {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  try {
    const user = { uid: id('-u'), gid: id('-g') };
    execFileSync(process.execPath, ['--check', import.meta.filename], { ...user, cwd: '/', stdio: 'ignore' });
    return user;
  } catch {
    return null;
  }
}

describe.runIf(isRoot)('embedded PostgreSQL', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await makeTemporaryFolder();
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const ownerOf = async (path: string) => (await stat(path)).uid;

  test('started by root runs as another user, to whom the cluster belongs', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    const uid = await ownerOf(`/proc/${postgres.pid}`);
    expect(uid).not.toBe(0);
    expect(await ownerOf(join(dataDir, 'postgres', 'data'))).toBe(uid);
    await postgres.stop();
  });

  test('started by root runs below a folder that is closed to everyone else', async () => {
    const closed = await mkdtemp(join(dataDir, 'closed-'));
    await chmod(closed, 0o700);
    const postgres = await startEmbeddedPostgres({ dataDir: join(closed, 'inner'), log });
    expect(await ownerOf(`/proc/${postgres.pid}`)).not.toBe(0);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
    await postgres.stop();
  });

  test.runIf(ordinary)('started by an ordinary user runs as this user, and root goes on as the same', async () => {
    const user = ordinary ?? { uid: 0, gid: 0 };
    await chown(dataDir, user.uid, user.gid);
    const server = spawnEmbeddedServer(dataDir, user);
    const first = await startedServer(server);
    expect(await ownerOf(`/proc/${first.pid}`)).toBe(user.uid);
    await server.kill();

    const postgres = await startEmbeddedPostgres({ dataDir, log });
    expect(await ownerOf(`/proc/${postgres.pid}`)).toBe(user.uid);
    await postgres.stop();
  });

  test.runIf(ordinary)('started by an ordinary user takes over from its own orphan', async () => {
    const user = ordinary ?? { uid: 0, gid: 0 };
    await chown(dataDir, user.uid, user.gid);
    const first = spawnEmbeddedServer(dataDir, user);
    const orphan = await startedServer(first);
    await first.kill();
    const second = spawnEmbeddedServer(dataDir, user);
    expect((await startedServer(second)).pid).not.toBe(orphan.pid);
    const ended = new Promise((resolve) => second.process.once('exit', resolve));
    second.process.kill('SIGTERM');
    await ended;
  });

  test.runIf(ordinary)('started by one user refuses the cluster of another, and names both', async () => {
    const other = { uid: (ordinary?.uid ?? 0) - 1, gid: (ordinary?.gid ?? 0) - 1 };
    await chown(dataDir, ordinary?.uid ?? 0, ordinary?.gid ?? 0);
    await chmod(dataDir, 0o777);
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    const owner = await ownerOf(`/proc/${postgres.pid}`);
    await postgres.stop();
    const answer = await spawnEmbeddedServer(dataDir, other).answer();
    expect(answer).toMatchObject({
      message: expect.stringMatching(`belongs to the user ${owner}.*the user ${other.uid}`),
    });
  });
});
