import { type Connections, createConnections } from '../features/connections/server/open-connection.ts';
import type { Config, PrivateHost } from '../platform/config/config.ts';
import type { Database } from '../platform/db/database.ts';
import { createEgress, type Egress } from '../platform/egress/egress.ts';
import { type Resolver, resolveByDns } from '../platform/egress/guarded-connector.ts';
import { createSockets } from '../platform/egress/guarded-socket.ts';
import type { Log } from '../platform/log/log.ts';
import { createMailerOpener, type OpenMailer } from '../platform/mail/foreign-mailer.ts';
import type { MasterKeys } from '../platform/secrets/master-keys.ts';

/** Every way out of the server for what users ask, and the access data for it. */
export type Outside = {
  readonly egress: Egress;
  readonly connections: Connections;
  readonly openMailer: OpenMailer;
  readonly masterKeys: MasterKeys;
  /** The server's own sender. */
  readonly mailFrom: string;
};

/** Shown in the outbox where nobody has said who sends. */
const DEFAULT_MAIL_FROM = 'mainspring@localhost.localdomain';

export function createOutside(
  config: Pick<Config, 'allowPrivateHosts' | 'mailFrom'>,
  given: {
    readonly db: Pick<Database, 'engine'>;
    readonly masterKeys: MasterKeys;
    readonly log: Log;
    /** Addresses of a name; the system's resolver by default. */
    readonly resolver?: Resolver;
  },
): Outside {
  const { db, masterKeys, log } = given;
  const resolver = given.resolver ?? resolveByDns;
  const allowPrivateHosts = config.allowPrivateHosts.map(toHostPort);
  const mailFrom = config.mailFrom ?? DEFAULT_MAIL_FROM;
  return {
    egress: createEgress({ allowPrivateHosts, log, resolver }),
    connections: createConnections({ db, masterKeys }),
    openMailer: createMailerOpener({ sockets: createSockets({ allowPrivateHosts, resolver }), mailFrom, log }),
    masterKeys,
    mailFrom,
  };
}

/** As URLs write it: an IPv6 address in brackets. */
function toHostPort({ host, port }: PrivateHost): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
