/** `mainspring doctor`: proves what a server rests on, end to end, and leaves nothing behind. */
import { type Config, readConfig } from '../platform/config/config.ts';
import { createLog, type Log } from '../platform/log/log.ts';
import { checkAudit } from './doctor/check-audit.ts';
import { checkDisk, checkIsolation, checkMigrations, checkServer } from './doctor/check-database.ts';
import { checkFiles } from './doctor/check-files.ts';
import { checkMail } from './doctor/check-mail.ts';
import { checkSchedules } from './doctor/check-schedules.ts';
import { checkSecrets } from './doctor/check-secrets.ts';
import { checkSettings } from './doctor/check-settings.ts';
import { type Finding, failed, type Subject, warning } from './doctor/finding.ts';
import { inThrowAwayDatabase } from './doctor/in-throw-away-database.ts';
import { openPatient, type Patient } from './doctor/open-patient.ts';
import { proveRuns } from './doctor/prove-runs.ts';
import { explainFailure } from './explain-failure.ts';

export type Examination = {
  readonly env: NodeJS.ProcessEnv;
  readonly onFinding: (finding: Finding) => void;
  /** Ends it early, cleaned up. */
  readonly signal: AbortSignal;
};

/**
 * Reports each finding as it is made. Works beside running servers, whose workers then carry the throw-away runs out;
 * where there is none, a worker of its own does it in a database of its own, so that no run of anybody is touched.
 */
export async function examine({ env, onFinding, signal }: Examination): Promise<void> {
  const log = createLog({ level: 'silent' });
  const tell = (findings: Finding | readonly Finding[]) => {
    for (const finding of [findings].flat() as Finding[]) onFinding(finding);
  };
  const attempt = async (about: Subject, check: () => Promise<Finding | readonly Finding[]>) => {
    if (signal.aborted) return;
    tell(await check().catch((error: unknown) => failed(about, firstLine(explainFailure(error)))));
  };

  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    return tell(failed('settings', explainFailure(error)));
  }
  tell(checkSettings(config));
  await attempt('files', () => checkFiles(config.dataDir));
  await attempt('database', async () => {
    const patient = await openPatient(config, log);
    try {
      await examinePatient(patient, config, { log, signal, attempt });
    } finally {
      await patient.close();
    }
    return [];
  });
  await attempt('mail', () => checkMail(config, log));
}

type Means = {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly attempt: (about: Subject, check: () => Promise<Finding | readonly Finding[]>) => Promise<void>;
};

async function examinePatient(patient: Patient, config: Config, means: Means): Promise<void> {
  const { attempt } = means;
  await attempt('database', () => checkServer(patient));
  if (patient.kind !== 'given') await attempt('disk', () => checkDisk(config.dataDir));
  let isCurrent = false;
  await attempt('migrations', async () => {
    const finding = await checkMigrations(patient);
    isCurrent = finding.kind === 'ok';
    return finding;
  });
  if (!isCurrent) return;
  const workers = await countWorkers(patient);
  await attempt('isolation', () => checkIsolation(patient));
  await attempt('secrets', () => checkSecrets(config, patient.db.engine));
  await attempt('audit', () => checkAudit(patient));
  await attempt('schedules', () => checkSchedules(patient.db.engine, workers > 0));
  await attempt('queue', () => (workers > 0 ? prove(patient, false) : proveAlone()));

  function prove(place: Pick<Patient, 'db' | 'connection'>, works: boolean): Promise<readonly Finding[]> {
    return proveRuns({ ...place, works, leaseMs: config.leaseMs, log: means.log, signal: means.signal });
  }
  async function proveAlone(): Promise<readonly Finding[]> {
    const idle =
      patient.kind === 'given' ? [warning('queue', 'no worker is running on this database: runs wait.')] : [];
    if (patient.kind === 'throw-away') return prove(patient, true);
    try {
      return [...idle, ...(await inThrowAwayDatabase(patient, means.log, (place) => prove(place, true)))];
    } catch (error) {
      if ((error as { code?: string }).code !== MAY_NOT) throw error;
      const text = 'the user of DATABASE_URL may not make a database to try runs in. Start a worker and ask again.';
      return [...idle, warning('queue', text)];
    }
  }
}

/** Without the stack that a bug has. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** PostgreSQL's code where a right is missing. */
const MAY_NOT = '42501';

/** Those whose lease holds. A database that was at rest has none, whatever its rows say. */
async function countWorkers({ kind, db }: Patient): Promise<number> {
  if (kind === 'started' || kind === 'throw-away') return 0;
  const { rows } = await db.engine.query<{ n: number }>(
    'select count(*)::int as n from workers where lease_until > clock_timestamp()',
  );
  return rows[0]?.n ?? 0;
}
