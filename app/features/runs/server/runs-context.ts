import type { Database } from '../../../platform/db/database.ts';
import type { Runtime } from '../../../runtime/public.ts';

/** What the feature needs of the server. */
export type RunsContext = {
  readonly db: Pick<Database, 'withTenant'>;
  readonly runtime: Pick<
    Runtime,
    'findRun' | 'listSteps' | 'listRuns' | 'command' | 'replay' | 'listDeadLetters' | 'watchRun'
  >;
};
