import type { Action } from '@mainspring/sdk/action.ts';
import { type ActionDeps, createActions } from '../features/actions.generated.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database, Transaction } from '../platform/db/database.ts';
import type { Log } from '../platform/log/log.ts';
import { createMailer } from '../platform/mail/mailer.ts';
import type { Sandbox } from '../platform/sandbox/sandbox.ts';
import type { Outside } from './create-outside.ts';

type Given = {
  readonly db: Database;
  readonly outside: Outside;
  readonly sandbox: Sandbox;
  readonly log: Log;
};

/** Every action by its type, with what they need of this server. */
export function createServerActions(
  { smtpUrl }: Pick<Config, 'smtpUrl'>,
  { db, outside, sandbox, log }: Given,
): ReadonlyMap<string, Action<Transaction>> {
  const { egress, connections, openMailer, mailFrom } = outside;
  const mailer = smtpUrl === undefined ? null : createMailer({ smtpUrl, from: mailFrom, log });
  const deps: ActionDeps = { egress, connections, openMailer, mailer, mailFrom, db, sandbox };
  const actions: readonly Action<Transaction>[] = createActions(deps);
  return new Map(actions.map((action) => [action.type, action]));
}
