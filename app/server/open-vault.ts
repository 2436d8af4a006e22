import type pg from 'pg';
import type { Config } from '../platform/config/config.ts';
import { loadMasterKey } from '../platform/secrets/master-key.ts';
import { assertKeyCheck, createVault, type Vault } from '../platform/secrets/vault.ts';

export const KEY_CHECK_FACT = 'secret_key_check';

/**
 * The vault under the master key of this server. Throws a SecretError where the database was sealed under another key:
 * better no start than one that loses every secret.
 */
export async function openVault(config: Pick<Config, 'secretKey' | 'dataDir'>, engine: pg.Pool): Promise<Vault> {
  const masterKey = await loadMasterKey({ secretKey: config.secretKey, dataDir: config.dataDir });
  const vault = createVault(masterKey);
  await engine.query('insert into server_facts (name, value) values ($1, $2) on conflict do nothing', [
    KEY_CHECK_FACT,
    vault.keyCheck,
  ]);
  const { rows } = await engine.query<{ value: string }>('select value from server_facts where name = $1', [
    KEY_CHECK_FACT,
  ]);
  assertKeyCheck(rows[0]?.value ?? '', vault);
  return vault;
}
