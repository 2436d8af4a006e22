/** `mainspring rotate-key`: changes the master key while servers run. */
import type pg from 'pg';
import { readConfig } from '../platform/config/config.ts';
import type { Database } from '../platform/db/database.ts';
import { listPendingMigrations } from '../platform/db/migrate.ts';
import { createLog } from '../platform/log/log.ts';
import { keyIdOf } from '../platform/secrets/cipher.ts';
import { readKeyFacts } from '../platform/secrets/key-facts.ts';
import { addKeyToFile, readKeyFile, retireKeysOfFile } from '../platform/secrets/key-file.ts';
import { findMasterKeys, openMasterKeys } from '../platform/secrets/master-key.ts';
import { assertKeyCheck, keyIdOfCheck } from '../platform/secrets/master-keys.ts';
import { openPatient } from './doctor/open-patient.ts';
import { keySettings, type VaultSettings } from './open-vault.ts';
import { type Rotation, rotateMasterKey } from './rotate-master-key.ts';

export type KeyRotation = Rotation & {
  readonly source: 'environment' | 'file';
  /** Files with the keys that were in use before. */
  readonly retired: readonly string[];
};

type OnProgress = (rewrapped: number) => void;

/** Works beside running servers. Throws an Error that says what to do where there is nothing that could be changed. */
export async function rotateKey(env: NodeJS.ProcessEnv, onProgress: OnProgress = () => {}): Promise<KeyRotation> {
  const config = readConfig(env);
  const patient = await openPatient(config, createLog({ level: 'silent' }));
  try {
    if (patient.kind === 'throw-away') throw new Error(`There is no database in ${config.dataDir} yet.`);
    const { db } = patient;
    if ((await listPendingMigrations(db.owner)).length > 0) {
      throw new Error('The database is of an older version. Bring it up first: mainspring migrate');
    }
    return await alone(db, () => rotateOver(db, config, onProgress));
  } finally {
    await patient.close();
  }
}

async function rotateOver(
  db: Pick<Database, 'engine' | 'engineTransaction'>,
  config: VaultSettings,
  onProgress: OnProgress,
): Promise<KeyRotation> {
  const { check } = await readKeyFacts(db.engine);
  if (check === undefined) throw new Error('Nothing is sealed yet: the first start makes the master key.');
  const found = await findMasterKeys(keySettings(config));
  if (found === undefined) {
    throw new Error(`There is no master key in ${config.dataDir}. Set MAINSPRING_SECRET_KEY as the servers have it.`);
  }
  await assertKeyCheck(check, openMasterKeys(found, config));
  if (found.source === 'environment') {
    const rotation = await rotateMasterKey(db, openMasterKeys(found, config), { onProgress });
    return { ...rotation, source: 'environment', retired: [] };
  }
  await prepareFile(config.dataDir, keyIdOfCheck(check));
  const withNew = await findMasterKeys(keySettings(config));
  const rotation = await rotateMasterKey(db, openMasterKeys(withNew ?? found, config), { onProgress });
  const keys = await readKeyFile(config.dataDir);
  // What is broken may still be opened by a former key, once it is put right.
  const retired = keys && rotation.broken.length === 0 ? await retireKeysOfFile(config.dataDir, keys) : [];
  return { ...rotation, source: 'file', retired };
}

/** A new key in front, unless an earlier call put one there and was cut off. */
async function prepareFile(dataDir: string, activeId: string): Promise<void> {
  const keys = await readKeyFile(dataDir);
  if (keys?.length === 1 && keyIdOf(keys[0]) === activeId) await addKeyToFile(dataDir, keys);
}

/** Any number: two rotations at once would make two keys. */
const LOCK = 7_281_934_405;

async function alone<Value>({ engine }: { readonly engine: pg.Pool }, work: () => Promise<Value>): Promise<Value> {
  const client = await engine.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK]);
    if (rows[0]?.locked !== true) throw new Error('The master key is being changed by another call at this moment.');
    return await work();
  } finally {
    // Ends the session, and the lock with it.
    client.release(true);
  }
}
