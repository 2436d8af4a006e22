/** What is sealed in a connection, bound to its organization, its id and its version. */
import type { Transaction } from '../../../platform/db/database.ts';
import { type Envelope, openEnvelope, sealEnvelope } from '../../../platform/secrets/envelope.ts';
import { holdActiveKey } from '../../../platform/secrets/key-facts.ts';
import type { MasterKeys } from '../../../platform/secrets/master-keys.ts';
import type { ConnectionsContext } from './connections-context.ts';
import type { SealedContent } from './secret.ts';

export type SealedPlace = { readonly organizationId: string; readonly id: string; readonly version: number };

/** Seals under the active master key, which stays active until the transaction has ended. */
export async function sealConnection(
  tx: Transaction,
  { db, masterKeys }: Pick<ConnectionsContext, 'db' | 'masterKeys'>,
  place: SealedPlace,
  content: SealedContent,
): Promise<Envelope> {
  const keyId = await holdActiveKey(tx, db.engine, masterKeys);
  return sealEnvelope(masterKeys, keyId, JSON.stringify(content), sealContext(place));
}

/** Throws a SecretError where it was sealed for another place, was changed, or under a master key that is not held. */
export async function openSealed(
  masterKeys: Pick<MasterKeys, 'unwrap'>,
  place: SealedPlace,
  envelope: Envelope,
): Promise<SealedContent> {
  return JSON.parse(await openEnvelope(masterKeys, envelope, sealContext(place))) as SealedContent;
}

export function sealContext({ organizationId, id, version }: SealedPlace): string {
  return `connection/${organizationId}/${id}/${version}`;
}
