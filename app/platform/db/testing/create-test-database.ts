import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../database.ts';
import type { Connection } from '../embedded/start-embedded-postgres.ts';
import { TEMPLATE } from './start-test-postgres.ts';

export type TestDatabase = Database & {
  /** For what opens connections of its own: a second server, a listener. */
  readonly connection: Connection;
  /** Closes the pools and removes the database. */
  drop(): Promise<void>;
};

/** A freshly migrated database of one's own. Call it in `beforeAll` and `drop` in `afterAll`. */
export async function createTestDatabase(options: { readonly poolSize?: number } = {}): Promise<TestDatabase> {
  const server = inject('testPostgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(server, `create database ${name} template ${TEMPLATE} strategy file_copy`);
  const connection = { ...server, database: name };
  const database = await openDatabase({
    connection,
    log: pino({ level: 'error' }),
    applicationName: 'test',
    poolSize: options.poolSize ?? POOL_SIZE,
  });
  return {
    ...database,
    connection,
    drop: async () => {
      await database.close();
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

/** Several test files share the server's 60 connections. */
const POOL_SIZE = 5;

async function administer(server: Connection, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
