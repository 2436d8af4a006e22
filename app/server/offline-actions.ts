/** Every action without a server, for checking and simulating definitions. */
import type { ActionFacts, Catalogue } from '@mainspring/engine/definition/catalogue.ts';
import type { DryPerform } from '@mainspring/engine/simulate/simulation.ts';
import { type Action, actionFacts } from '@mainspring/sdk/action.ts';
import { createDryPerform } from '@mainspring/sdk/dry-perform.ts';
import { type ActionDeps, createActions } from '../features/actions.generated.ts';

type OfflineActions = { readonly catalogue: Catalogue; readonly dryPerform: DryPerform };

/** Actions use what they are given when they run, never when they are made, so nothing is given to them here. */
export function createOfflineActions(): OfflineActions {
  const list: readonly Action[] = createActions({} as ActionDeps);
  const actions = new Map(list.map((action) => [action.type, action]));
  const facts = new Map<string, ActionFacts>(list.map((action) => [action.type, actionFacts(action)]));
  return {
    catalogue: { find: (type) => facts.get(type) },
    dryPerform: createDryPerform((type) => actions.get(type)),
  };
}
