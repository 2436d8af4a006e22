import type pg from 'pg';
import { listConnectionKeys } from '../../features/connections/server/rewrap-connections.ts';
import { readKeyFacts } from '../../platform/secrets/key-facts.ts';
import { findMasterKeys, openMasterKeys } from '../../platform/secrets/master-key.ts';
import { assertKeyCheck, keyIdOfCheck, type MasterKeys } from '../../platform/secrets/master-keys.ts';
import { explainFailure } from '../explain-failure.ts';
import { keySettings, type VaultSettings } from '../open-vault.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Whether the master key at hand is the one that everything in the database was sealed with. Makes none. */
export async function checkSecrets(config: VaultSettings, engine: pg.Pool): Promise<Finding> {
  try {
    const found = await findMasterKeys(keySettings(config));
    const { check } = await readKeyFacts(engine);
    if (check === undefined) return ok('secrets', 'nothing is sealed yet: the first start decides the master key');
    if (found === undefined) {
      const text = `the database holds sealed values, and there is no secret.key in ${config.dataDir}`;
      return failed('secrets', `${text}. Put it back, or set MAINSPRING_SECRET_KEY to the key.`);
    }
    const masterKeys = openMasterKeys(found, config);
    await assertKeyCheck(check, masterKeys);
    return await checkConnections(engine, masterKeys, keyIdOfCheck(check));
  } catch (error) {
    return failed('secrets', explainFailure(error));
  }
}

async function checkConnections(engine: pg.Pool, masterKeys: MasterKeys, activeId: string): Promise<Finding> {
  const others = (await listConnectionKeys(engine)).filter((keyId) => keyId !== activeId);
  const held = await Promise.all(others.map((keyId) => masterKeys.holds(keyId)));
  const missing = others.filter((_, index) => held[index] === false);
  if (missing.length > 0) {
    const text = `connections are sealed under the master key ${missing.join(', ')}, which is not at hand`;
    return failed('secrets', `${text}. Name it in MAINSPRING_PREVIOUS_SECRET_KEYS and run: mainspring rotate-key`);
  }
  if (others.length > 0) {
    const text = 'a change of the master key was cut off. To finish it, run: mainspring rotate-key';
    return warning('secrets', text);
  }
  return ok('secrets', 'the master key opens what is stored');
}
