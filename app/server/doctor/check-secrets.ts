import type pg from 'pg';
import { readKeyFacts } from '../../platform/secrets/key-facts.ts';
import { findMasterKeys, openMasterKeys } from '../../platform/secrets/master-key.ts';
import { assertKeyCheck } from '../../platform/secrets/master-keys.ts';
import { explainFailure } from '../explain-failure.ts';
import { keySettings, type VaultSettings } from '../open-vault.ts';
import { type Finding, failed, ok } from './finding.ts';

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
    await assertKeyCheck(check, openMasterKeys(found, config));
    return ok('secrets', 'the master key opens what is stored');
  } catch (error) {
    return failed('secrets', explainFailure(error));
  }
}
