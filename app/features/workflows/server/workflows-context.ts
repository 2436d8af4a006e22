import type { Catalogue } from '@mainspring/engine/definition/catalogue.ts';
import type { DryPerform } from '@mainspring/engine/simulate/simulation.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Vault } from '../../../platform/secrets/vault.ts';
import type { Runtime } from '../../../runtime/public.ts';
import type { HookLookup } from './hook-lookup.ts';

/** What the feature needs of the server. */
export type WorkflowsContext = {
  readonly db: Pick<Database, 'withTenant' | 'engine'>;
  readonly runtime: Pick<Runtime, 'accept' | 'deploy' | 'setActive' | 'deploymentsChanged' | 'waitForResult'>;
  /** Every action there is. */
  readonly actions: Catalogue;
  /** What actions would do, without doing it. */
  readonly dryPerform: DryPerform;
  readonly hooks: HookLookup;
  readonly vault: Vault;
  /** Without a slash at its end. */
  readonly publicUrl: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};
