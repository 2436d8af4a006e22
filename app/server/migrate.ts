/** Brings the database up to this version and ends. */
import { pino } from 'pino';
import { readConfig } from '../platform/config/config.ts';
import { createLog } from '../platform/log/log.ts';
import { explainFailure } from './explain-failure.ts';
import { openStorage } from './open-storage.ts';

export async function migrateOnly(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const config = readConfig(env);
    const storage = await openStorage(config, createLog({ destination: pino.destination(2) }));
    await storage.close();
    process.stdout.write('The database is up to date.\n');
  } catch (error) {
    process.stderr.write(`Mainspring could not migrate the database. ${explainFailure(error)}\n`);
    process.exit(1);
  }
}

if (import.meta.main) await migrateOnly(process.env);
