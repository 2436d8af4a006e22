import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../database.ts';
import { DataFolderInUse } from '../embedded/data-folder-in-use.ts';
import { type Connection, startEmbeddedPostgres } from '../embedded/start-embedded-postgres.ts';
import { migrate } from '../migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Login to the PostgreSQL of this test run; its `database` is for administration. */
    testPostgres: Connection;
  }
}

export const TEMPLATE = 'mainspring_template';

// Named for the process of the run, below one place, so that the next run finds what a killed one left.
const FOLDERS = join(tmpdir(), `mainspring-test-${userInfo().uid}`);

/** For vitest's `globalSetup`: one PostgreSQL for the whole test run, with one migrated database to be cloned. */
export default async function startTestPostgres(project: TestProject): Promise<() => Promise<void>> {
  const log = pino({ level: 'warn' });
  await mkdir(FOLDERS, { recursive: true });
  await sweepEarlierRuns();
  const dataDir = join(FOLDERS, `${process.pid}-${randomBytes(4).toString('hex')}`);
  const postgres = await startEmbeddedPostgres({ dataDir, log, durability: 'none' });
  const admin = await openDatabase({ connection: postgres.connection, log, applicationName: 'test setup' });
  await admin.owner.query(`create database ${TEMPLATE}`);
  await admin.close();
  const connection = { ...postgres.connection, database: TEMPLATE };
  const template = await openDatabase({ connection, log, applicationName: 'test setup' });
  await migrate(template.owner, log);
  // A database can only be cloned while nobody is connected to it.
  await template.close();
  project.provide('testPostgres', postgres.connection);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** A killed test run leaves its PostgreSQL behind; starting over its folder ends it. */
async function sweepEarlierRuns(): Promise<void> {
  for (const name of await readdir(FOLDERS)) {
    if (isAlive(Number.parseInt(name, 10))) continue;
    const dataDir = join(FOLDERS, name);
    try {
      const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }), durability: 'none' });
      await postgres.stop();
    } catch (error) {
      // Another run is sweeping it at this moment.
      if (error instanceof DataFolderInUse) continue;
    }
    await rm(dataDir, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
