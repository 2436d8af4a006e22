import { readConfig } from '../platform/config/config.ts';
import { runServer } from './start.ts';

/** What `npm start` does, for the command line. */
export function startFromEnvironment(env: NodeJS.ProcessEnv): Promise<void> {
  return runServer(() => readConfig(env));
}
