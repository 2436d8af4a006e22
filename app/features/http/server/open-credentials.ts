import { type ActionError, terminal } from '@mainspring/sdk/failure.ts';
import type { Credentials } from '../../../platform/egress/credentials.ts';
import type { Connections } from '../../connections/server/public.ts';

/** What egress adds to a call in the name of a step's connection; undefined where it names none. */
export async function openCredentials(
  connections: Connections,
  organizationId: string,
  connection: string | undefined,
): Promise<Credentials | undefined> {
  if (connection === undefined) return undefined;
  const open = await connections.open(organizationId, connection);
  if (open.kind !== 'http') throw unfitConnection(connection, 'http.request');
  return open.credentials;
}

export function unfitConnection(connection: string, type: string): ActionError {
  const name = JSON.stringify(connection);
  return terminal('connection_unfit', `The connection ${name} is of a kind that ${type} cannot use.`);
}
