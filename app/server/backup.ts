/** `mainspring backup` and `mainspring restore`: the whole database in one file, and back. */
import { confirmRestore } from '../features/operations/server/confirm-restore.ts';
import { readConfig } from '../platform/config/config.ts';
import { openDatabase } from '../platform/db/database.ts';
import type { Log } from '../platform/log/log.ts';
import { createLog } from '../platform/log/log.ts';
import { BackupError } from './backup/backup-format.ts';
import { openBackup } from './backup/read-backup.ts';
import { restoreBackup } from './backup/restore-backup.ts';
import { type BackupSummary, writeBackup } from './backup/write-backup.ts';
import { openPatient } from './doctor/open-patient.ts';

const APPLICATION = 'mainspring backup';

/** Works beside running servers, and with the embedded database at rest. Throws what keeps it from being taken. */
export async function backUp(env: NodeJS.ProcessEnv, file: string): Promise<BackupSummary> {
  const config = readConfig(env);
  const patient = await openPatient(config, createLog({ level: 'silent' }));
  try {
    if (patient.kind === 'throw-away') throw new BackupError(`There is no database in ${config.dataDir} yet.`);
    return await writeBackup(patient.db.owner, file);
  } finally {
    await patient.close();
  }
}

/** Into an empty database only, of which no server is running. */
export async function restore(env: NodeJS.ProcessEnv, file: string): Promise<BackupSummary> {
  const config = readConfig(env);
  const log = createLog({ level: 'silent' });
  // First of all: a wrong file should not leave a database behind.
  const backup = await openBackup(file);
  try {
    const { owner, close } = await openOwner(config, log);
    try {
      return await restoreBackup(owner, log, backup);
    } finally {
      await close();
    }
  } finally {
    backup.close();
  }
}

/** Lets every organization's sending steps go on. Returns how many organizations were held. */
export async function confirmRestores(env: NodeJS.ProcessEnv): Promise<number> {
  const config = readConfig(env);
  const patient = await openPatient(config, createLog({ level: 'silent' }));
  try {
    const { db, kind } = patient;
    if (kind === 'throw-away') throw new BackupError(`There is no database in ${config.dataDir} yet.`);
    const { rows } = await db.engine.query<{ org_id: string }>('select org_id from sending_holds');
    let confirmed = 0;
    for (const { org_id: organizationId } of rows) {
      const caller = { organizationId, actor: { kind: 'system' } } as const;
      if (await db.withTenant(organizationId, (tx) => confirmRestore(tx, caller))) confirmed += 1;
    }
    return confirmed;
  } finally {
    await patient.close();
  }
}

async function openOwner({ databaseUrl, dataDir }: ReturnType<typeof readConfig>, log: Log) {
  if (databaseUrl !== undefined) {
    const { owner, close } = await openDatabase({ url: databaseUrl, log, applicationName: APPLICATION });
    return { owner, close };
  }
  const { startEmbeddedPostgres } = await import('../platform/db/embedded/start-embedded-postgres.ts');
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  try {
    const db = await openDatabase({ connection: postgres.connection, log, applicationName: APPLICATION });
    const close = async () => {
      await db.close();
      await postgres.stop();
    };
    return { owner: db.owner, close };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
