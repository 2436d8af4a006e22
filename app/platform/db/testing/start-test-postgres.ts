import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../database.ts';
import { type Connection, startEmbeddedPostgres } from '../embedded/start-embedded-postgres.ts';
import { migrate } from '../migrate.ts';
import { makeTemporaryFolder, sweepTemporaryFolders } from './temporary-folder.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Login to the PostgreSQL of this test run; its `database` is for administration. */
    testPostgres: Connection;
  }
}

export const TEMPLATE = 'mainspring_template';

/** For vitest's `globalSetup`: one PostgreSQL for the whole test run, with one migrated database to be cloned. */
export default async function startTestPostgres(project: TestProject): Promise<() => Promise<void>> {
  // Tests cut connections on purpose, which PostgreSQL reports each time.
  const log = pino({ level: 'error' });
  await sweepTemporaryFolders();
  const dataDir = await makeTemporaryFolder();
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
