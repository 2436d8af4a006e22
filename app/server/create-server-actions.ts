import type { Action } from '@mainspring/sdk/action.ts';
import { type ActionDeps, createActions } from '../features/actions.generated.ts';
import type { Config, PrivateHost } from '../platform/config/config.ts';
import type { Database, Transaction } from '../platform/db/database.ts';
import { createEgress } from '../platform/egress/egress.ts';
import type { Log } from '../platform/log/log.ts';
import { createMailer } from '../platform/mail/mailer.ts';
import type { Sandbox } from '../platform/sandbox/sandbox.ts';

type ActionConfig = Pick<Config, 'allowPrivateHosts' | 'smtpUrl' | 'mailFrom'>;

/** Shown in the outbox where nobody has said who sends. */
const DEFAULT_MAIL_FROM = 'mainspring@localhost.localdomain';

/** Every action by its type, with what they need of this server. */
export function createServerActions(
  config: ActionConfig,
  { db, log, sandbox }: { readonly db: Database; readonly log: Log; readonly sandbox: Sandbox },
): ReadonlyMap<string, Action<Transaction>> {
  const mailFrom = config.mailFrom ?? DEFAULT_MAIL_FROM;
  const { smtpUrl } = config;
  const deps: ActionDeps = {
    egress: createEgress({ allowPrivateHosts: config.allowPrivateHosts.map(toHostPort), log }),
    mailer: smtpUrl === undefined ? null : createMailer({ smtpUrl, from: mailFrom, log }),
    mailFrom,
    db,
    sandbox,
  };
  const actions: readonly Action<Transaction>[] = createActions(deps);
  return new Map(actions.map((action) => [action.type, action]));
}

/** As URLs write it: an IPv6 address in brackets. */
function toHostPort({ host, port }: PrivateHost): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
