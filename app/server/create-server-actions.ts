import type { Action } from '@mainspring/sdk/action.ts';
import { type ActionDeps, createActions } from '../features/actions.generated.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database, Transaction } from '../platform/db/database.ts';
import type { Log } from '../platform/log/log.ts';

/** Every action by its type, with what they need of this server. */
export function createServerActions(
  _config: Config,
  parts: { readonly db: Database; readonly log: Log },
): ReadonlyMap<string, Action<Transaction>> {
  const deps: ActionDeps = parts;
  const actions: readonly Action<Transaction>[] = createActions(deps);
  return new Map(actions.map((action) => [action.type, action]));
}
