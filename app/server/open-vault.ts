import type pg from 'pg';
import type { Config } from '../platform/config/config.ts';
import { adoptRootKey, openRootKey, readKeyFacts, storeFirstKeys } from '../platform/secrets/key-facts.ts';
import { loadMasterKeys, openMasterKeys } from '../platform/secrets/master-key.ts';
import { assertKeyCheck, type MasterKeys } from '../platform/secrets/master-keys.ts';
import { createVault, type Vault } from '../platform/secrets/vault.ts';

export type OpenVault = { readonly vault: Vault; readonly masterKeys: MasterKeys };

export type VaultSettings = Pick<Config, 'secretKey' | 'previousSecretKeys' | 'dataDir'>;

/**
 * The vault under the master keys of this server, or of the key management service that is given instead. Throws a
 * SecretError where the database was sealed under another key: better no start than one that loses every secret.
 */
export async function openVault(config: VaultSettings, engine: pg.Pool, service?: MasterKeys): Promise<OpenVault> {
  const own = service === undefined ? await loadMasterKeys(keySettings(config)) : undefined;
  const masterKeys = service ?? openMasterKeys(own as NonNullable<typeof own>, config);
  await storeFirstKeys(engine, masterKeys);
  await adoptRootKey(engine, masterKeys, own?.keys ?? []);
  const { check, rootKey } = await readKeyFacts(engine);
  await assertKeyCheck(check ?? '', masterKeys);
  if (rootKey === undefined) throw new Error('The root key of the vault is missing from the database.');
  return { vault: createVault(await openRootKey(masterKeys, rootKey)), masterKeys };
}

export function keySettings({ secretKey, previousSecretKeys, dataDir }: VaultSettings) {
  return { secretKey, previousSecretKeys, dataDir };
}
