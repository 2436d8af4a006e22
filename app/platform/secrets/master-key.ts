import { type Keys, makeKeyFile, parseMasterKey, readKeyFile } from './key-file.ts';
import { createLocalMasterKeys, type MasterKeys } from './master-keys.ts';

export type KeySettings = {
  /** MAINSPRING_SECRET_KEY: 32 bytes in base64. */
  readonly secretKey: string | undefined;
  /** MAINSPRING_PREVIOUS_SECRET_KEYS: keys that were active before. */
  readonly previousSecretKeys?: readonly string[] | undefined;
  readonly dataDir: string;
};

export type LoadedKeys = {
  /** The newest first. */
  readonly keys: Keys;
  readonly source: 'environment' | 'file';
};

/**
 * The master keys: the configured one, else those in `<dataDir>/secret.key`, of which the first is made at the first
 * start; then the previous ones that are configured. Throws a SecretError for a key of another shape.
 */
export async function loadMasterKeys(settings: KeySettings): Promise<LoadedKeys> {
  return (await findMasterKeys(settings)) ?? withPrevious(settings, await makeKeyFile(settings.dataDir), 'file');
}

/** The same, but none is made: undefined where neither the configuration nor the data folder has one. */
export async function findMasterKeys(settings: KeySettings): Promise<LoadedKeys | undefined> {
  if (settings.secretKey !== undefined) {
    return withPrevious(settings, [parseMasterKey(settings.secretKey, 'MAINSPRING_SECRET_KEY')], 'environment');
  }
  const stored = await readKeyFile(settings.dataDir);
  return stored && withPrevious(settings, stored, 'file');
}

/** Ready for use. What a rotation writes into the key file while the server runs is found when it is first needed. */
export function openMasterKeys({ keys, source }: LoadedKeys, { dataDir }: Pick<KeySettings, 'dataDir'>): MasterKeys {
  if (source === 'environment') return createLocalMasterKeys(keys);
  return createLocalMasterKeys(keys, async () => (await readKeyFile(dataDir)) ?? []);
}

function withPrevious(settings: KeySettings, [newest, ...earlier]: Keys, source: LoadedKeys['source']): LoadedKeys {
  const previous = (settings.previousSecretKeys ?? []).map((key) =>
    parseMasterKey(key, 'MAINSPRING_PREVIOUS_SECRET_KEYS'),
  );
  return { keys: [newest, ...earlier, ...previous], source };
}
