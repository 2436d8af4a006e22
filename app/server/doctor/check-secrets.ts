import type pg from 'pg';
import type { Config } from '../../platform/config/config.ts';
import { findMasterKey } from '../../platform/secrets/master-key.ts';
import { assertKeyCheck, createVault } from '../../platform/secrets/vault.ts';
import { explainFailure } from '../explain-failure.ts';
import { KEY_CHECK_FACT } from '../open-vault.ts';
import { type Finding, failed, ok } from './finding.ts';

/** Whether the master key at hand is the one that everything in the database was sealed with. Makes none. */
export async function checkSecrets(config: Pick<Config, 'secretKey' | 'dataDir'>, engine: pg.Pool): Promise<Finding> {
  try {
    const key = await findMasterKey({ secretKey: config.secretKey, dataDir: config.dataDir });
    const { rows } = await engine.query<{ value: string }>('select value from server_facts where name = $1', [
      KEY_CHECK_FACT,
    ]);
    const stored = rows[0]?.value;
    if (stored === undefined) return ok('secrets', 'nothing is sealed yet: the first start decides the master key');
    if (key === undefined) {
      const text = `the database holds sealed values, and there is no secret.key in ${config.dataDir}`;
      return failed('secrets', `${text}. Put it back, or set MAINSPRING_SECRET_KEY to the key.`);
    }
    assertKeyCheck(stored, createVault(key));
    return ok('secrets', 'the master key opens what is stored');
  } catch (error) {
    return failed('secrets', explainFailure(error));
  }
}
