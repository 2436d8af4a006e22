import { ActionError, terminal } from '@mainspring/sdk/failure.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Credentials } from '../../../platform/egress/credentials.ts';
import type { MasterKeys } from '../../../platform/secrets/master-keys.ts';
import { SecretError } from '../../../platform/secrets/secret-error.ts';
import { findSealedRow, type SealedRow } from './queries.ts';
import { openSealed } from './sealed-connection.ts';
import type { SealedContent } from './secret.ts';
import { toCredentials } from './to-credentials.ts';

/** What a step works with. Secrets are behind functions: nothing that shows an object shows them. */
export type OpenConnection =
  | {
      readonly kind: 'http';
      readonly credentials: Credentials;
    }
  | {
      readonly kind: 'webhook';
      /** Says to which hosts messages may go; adds nothing to them. */
      readonly credentials: Credentials;
      readonly signingSecret: () => string;
    }
  | {
      readonly kind: 'smtp';
      readonly url: () => string;
      /** Null: the server's own sender. */
      readonly from: string | null;
    };

export type Connections = {
  /**
   * The connection of an organization by its id or name. Read at each call, so that a change or an end of it counts at
   * once. Throws an ActionError: terminal where there is none, or it cannot be opened; else worth another attempt.
   */
  readonly open: (organizationId: string, reference: string) => Promise<OpenConnection>;
};

export function createConnections(context: {
  readonly db: Pick<Database, 'engine'>;
  readonly masterKeys: Pick<MasterKeys, 'unwrap'>;
}): Connections {
  return {
    async open(organizationId, reference) {
      const row = await findSealedRow(context.db.engine, organizationId, reference);
      if (row === undefined) throw noSuchConnection(reference);
      return toOpen(row, await openRow(context.masterKeys, organizationId, row));
    },
  };
}

async function openRow(
  masterKeys: Pick<MasterKeys, 'unwrap'>,
  organizationId: string,
  { id, name, version, kind, envelope }: SealedRow,
): Promise<SealedContent> {
  try {
    const content = await openSealed(masterKeys, { organizationId, id, version }, envelope);
    if (content.secret.kind === kind) return content;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    // A key that this process does not hold yet, while keys are being changed.
    if (error.code === 'wrong_master_key') {
      const message = `The connection ${quote(name)} is sealed under a master key that this server does not hold.`;
      throw new ActionError('retry', 'connection_locked', message);
    }
  }
  throw terminal(
    'connection_broken',
    `What is stored of the connection ${quote(name)} was changed by someone else than this server. Replace its secret.`,
  );
}

function toOpen({ name }: SealedRow, content: SealedContent): OpenConnection {
  const { secret } = content;
  switch (secret.kind) {
    case 'api_key':
    case 'basic':
    case 'bearer':
    case 'custom':
      return { kind: 'http', credentials: toCredentials(name, content) };
    case 'webhook':
      return { kind: 'webhook', credentials: toCredentials(name, content), signingSecret: () => secret.secret };
    case 'smtp':
      return { kind: 'smtp', url: () => secret.url, from: secret.from ?? null };
  }
}

function noSuchConnection(reference: string): ActionError {
  return terminal('connection_not_found', `The step names the connection ${quote(reference)}, and there is none.`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
