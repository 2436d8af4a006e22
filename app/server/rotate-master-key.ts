import type pg from 'pg';
import {
  type RewrapBatch,
  type RewrapCursor,
  rewrapConnections,
} from '../features/connections/server/rewrap-connections.ts';
import type { Database } from '../platform/db/database.ts';
import { readKeyFacts, switchActiveKey } from '../platform/secrets/key-facts.ts';
import { keyIdOfCheck, type MasterKeys } from '../platform/secrets/master-keys.ts';

export type Rotation = {
  readonly from: string | null;
  readonly to: string;
  readonly rewrapped: number;
  readonly broken: RewrapBatch['broken'];
};

const BATCH = 200;

/**
 * Makes the newest master key the active one and wraps every data key with it, while servers run: they seal with the
 * new key from the switch on, and open with either meanwhile. All of them must hold both keys. Cut off at any moment
 * and called again, it goes on where it was. `onProgress` hears how many are done.
 */
export async function rotateMasterKey(
  db: Pick<Database, 'engine' | 'engineTransaction'>,
  masterKeys: MasterKeys,
  options: { readonly onProgress?: (rewrapped: number) => void; readonly batch?: number } = {},
): Promise<Rotation> {
  const { onProgress = () => {}, batch = BATCH } = options;
  const to = masterKeys.newestId;
  const from = await activeKeyId(db.engine);
  await db.engineTransaction((client) => switchActiveKey(client, masterKeys, to));
  const broken: RewrapBatch['broken'][number][] = [];
  let rewrapped = 0;
  let after: RewrapCursor | null = null;
  do {
    const done: RewrapBatch = await db.engineTransaction((client) =>
      rewrapConnections(client, masterKeys, { toKeyId: to, after, limit: batch }),
    );
    rewrapped += done.rewrapped;
    broken.push(...done.broken);
    after = done.next;
    onProgress(rewrapped);
  } while (after !== null);
  return { from: from === to ? null : from, to, rewrapped, broken };
}

/** Null before the first start. */
export async function activeKeyId(engine: pg.Pool): Promise<string | null> {
  const { check } = await readKeyFacts(engine);
  return check === undefined ? null : keyIdOfCheck(check);
}
