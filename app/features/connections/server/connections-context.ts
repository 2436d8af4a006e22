import type { Database } from '../../../platform/db/database.ts';
import type { Egress } from '../../../platform/egress/egress.ts';
import type { OpenMailer } from '../../../platform/mail/foreign-mailer.ts';
import type { MasterKeys } from '../../../platform/secrets/master-keys.ts';
import type { Connections } from './open-connection.ts';

/** What the feature needs of the server. */
export type ConnectionsContext = {
  readonly db: Pick<Database, 'withTenant' | 'engine'>;
  readonly masterKeys: MasterKeys;
  readonly egress: Egress;
  /** Opens what is stored, for tests of a connection. */
  readonly connections: Connections;
  readonly openMailer: OpenMailer;
};
