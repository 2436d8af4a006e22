import type { ActionFacts, Catalogue } from '@mainspring/engine/definition/catalogue.ts';
import { type Action, actionFacts } from '@mainspring/sdk/action.ts';
import { type ActionDeps, createActions } from '../features/actions.generated.ts';

/**
 * The facts of every action, for checking and simulating definitions without a server. Actions use what they are
 * given when they run, never when they are made, so nothing is given to them here.
 */
export function createActionCatalogue(): Catalogue {
  const actions: readonly Action<unknown>[] = createActions({} as ActionDeps);
  const facts = new Map<string, ActionFacts>(actions.map((action) => [action.type, actionFacts(action)]));
  return { find: (type) => facts.get(type) };
}
