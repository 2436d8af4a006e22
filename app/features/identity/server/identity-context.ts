import type { Database } from '../../../platform/db/database.ts';
import type { AccountMails } from './account-mails.ts';

/** What the feature's use cases need of the server. */
export type IdentityContext = {
  readonly db: Pick<Database, 'withTenant' | 'engine' | 'engineTransaction'>;
  readonly mails: AccountMails;
  /** Without a slash at its end. */
  readonly publicUrl: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};
