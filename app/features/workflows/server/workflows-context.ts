import type { Catalogue } from '@mainspring/engine/definition/catalogue.ts';
import type { Simulation, SimulationResult } from '@mainspring/engine/simulate/simulation.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Vault } from '../../../platform/secrets/vault.ts';
import type { Runtime } from '../../../runtime/public.ts';
import type { HookLookup } from './hook-lookup.ts';

/** The actions are the server's to add. */
export type SimulationGiven = Omit<Simulation, 'catalogue' | 'perform' | 'workflows'>;
export type SimulationOutcome =
  | { readonly kind: 'done'; readonly result: SimulationResult }
  /** Past its limit of time or memory. */
  | { readonly kind: 'too-large' }
  /** Too many wait already. */
  | { readonly kind: 'busy' };

/** What the feature needs of the server. */
export type WorkflowsContext = {
  readonly db: Pick<Database, 'withTenant' | 'engine'>;
  readonly runtime: Pick<Runtime, 'accept' | 'deploy' | 'setActive' | 'deploymentsChanged' | 'waitForResult'>;
  /** Every action there is. */
  readonly actions: Catalogue;
  /** Plays a definition on a virtual clock, without harm to what else goes on. */
  readonly simulate: (given: SimulationGiven) => Promise<SimulationOutcome>;
  readonly hooks: HookLookup;
  readonly vault: Vault;
  /** Without a slash at its end. */
  readonly publicUrl: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};
