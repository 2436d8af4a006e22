/** A process that carries out runs and keeps time, beside others that take requests; needs DATABASE_URL. */

import { type Config, readConfig } from '../platform/config/config.ts';
import { ConfigError } from '../platform/config/config-error.ts';
import { runServer } from './start.ts';

/** The roles of MAINSPRING_ROLES where it is set, else worker and scheduler. */
export function readWorkerConfig(env: NodeJS.ProcessEnv): Config {
  const config = readConfig(env);
  if (config.databaseUrl === undefined) {
    throw new ConfigError(
      'DATABASE_URL',
      'DATABASE_URL must be set for a worker: the embedded database serves one process. It is an address like postgres://user:password@host:5432/database.',
    );
  }
  return env.MAINSPRING_ROLES?.trim() ? config : { ...config, roles: ['worker', 'scheduler'] };
}

if (import.meta.main) await runServer(() => readWorkerConfig(process.env));
