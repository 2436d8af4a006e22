/**
 * What the database knows of master keys, never the keys themselves: which one is active (its check), and the root key
 * of the vault, wrapped by it.
 *
 * Invariants
 * 1. All processes seal under the active key, whichever keys they hold; a rotation makes another one active for all of
 *    them at one moment.
 * 2. Who seals holds `LOCK` shared from reading the active key until the commit, and a rotation takes it alone: after
 *    the switch nothing new comes under the former key.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type pg from 'pg';
import type { Transaction } from '../db/database.ts';
import { KEY_BYTES, keyIdOf } from './cipher.ts';
import { rewrapKey, type WrappedKey } from './envelope.ts';
import { keyIdOfCheck, type MasterKeys } from './master-keys.ts';

const CHECK_FACT = 'secret_key_check';
const ROOT_FACT = 'root_key';
const ROOT_CONTEXT = 'root key';
/** Any number, the same in every version. */
const LOCK = 7_281_934_404;

type KeyFacts = { readonly check: string | undefined; readonly rootKey: WrappedKey | undefined };

export async function readKeyFacts(engine: pg.Pool | pg.PoolClient): Promise<KeyFacts> {
  const { rows } = await engine.query<{ name: string; value: string }>(
    'select name, value from server_facts where name = any($1)',
    [[CHECK_FACT, ROOT_FACT]],
  );
  const factOf = (fact: string) => rows.find(({ name }) => name === fact)?.value;
  const root = factOf(ROOT_FACT);
  return { check: factOf(CHECK_FACT), rootKey: root === undefined ? undefined : parseWrapped(root) };
}

/** At the first start over a database: makes the newest master key the active one, and wraps a new root key with it. */
export async function storeFirstKeys(engine: pg.Pool, masterKeys: MasterKeys): Promise<void> {
  const keyId = masterKeys.newestId;
  const rootKey = await wrapRoot(masterKeys, keyId, randomBytes(KEY_BYTES));
  // Together or not at all: a check without a root key means a database from before there was one.
  await engine.query(
    `with first as (
       insert into server_facts (name, value) values ($1, $2) on conflict do nothing returning name
     )
     insert into server_facts (name, value) select $3, $4 from first`,
    [CHECK_FACT, await masterKeys.checkOf(keyId), ROOT_FACT, rootKey],
  );
}

/**
 * Databases from before there was a root key were sealed under the master key itself, so that one becomes their root
 * key. `keys` are those at hand. Does nothing where there is a root key.
 */
export async function adoptRootKey(engine: pg.Pool, masterKeys: MasterKeys, keys: readonly Buffer[]): Promise<void> {
  const { check, rootKey } = await readKeyFacts(engine);
  if (rootKey !== undefined || check === undefined) return;
  const active = keys.find((key) => keyIdOf(key) === keyIdOfCheck(check));
  if (active === undefined) return;
  await engine.query('insert into server_facts (name, value) values ($1, $2) on conflict do nothing', [
    ROOT_FACT,
    await wrapRoot(masterKeys, keyIdOf(active), active),
  ]);
}

/** Throws a SecretError where the master key that wraps it is not held. */
export async function openRootKey(masterKeys: MasterKeys, { keyId, dataKey }: WrappedKey): Promise<Buffer> {
  return masterKeys.unwrap(keyId, dataKey, ROOT_CONTEXT);
}

/** The key to seal with in this transaction. A rotation waits until it has ended. */
export async function holdActiveKey(
  tx: Transaction,
  engine: pg.Pool,
  masterKeys: Pick<MasterKeys, 'newestId'>,
): Promise<string> {
  await sql`select pg_advisory_xact_lock_shared(${LOCK}::bigint)`.execute(tx);
  // Read by another connection, after the lock: it sees what the last rotation committed.
  const { check } = await readKeyFacts(engine);
  return check === undefined ? masterKeys.newestId : keyIdOfCheck(check);
}

/** Makes a key that is held the active one, for every process at the commit. Does nothing where it is. */
export async function switchActiveKey(client: pg.PoolClient, masterKeys: MasterKeys, toKeyId: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
  const { rootKey } = await readKeyFacts(client);
  if (rootKey !== undefined && rootKey.keyId !== toKeyId) {
    const wrapped = await rewrapKey(masterKeys, rootKey, toKeyId, ROOT_CONTEXT);
    await client.query('update server_facts set value = $2 where name = $1', [ROOT_FACT, formatWrapped(wrapped)]);
  }
  const check = await masterKeys.checkOf(toKeyId);
  await client.query('update server_facts set value = $2 where name = $1', [CHECK_FACT, check]);
}

async function wrapRoot(masterKeys: MasterKeys, keyId: string, rootKey: Buffer): Promise<string> {
  return formatWrapped({ keyId, dataKey: await masterKeys.wrap(keyId, rootKey, ROOT_CONTEXT) });
}

function formatWrapped({ keyId, dataKey }: WrappedKey): string {
  return `${keyId}.${dataKey.toString('base64url')}`;
}

function parseWrapped(text: string): WrappedKey {
  const [keyId = '', dataKey = ''] = text.split('.');
  return { keyId, dataKey: Buffer.from(dataKey, 'base64url') };
}
