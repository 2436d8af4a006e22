import { type AuditVerdict, verifyAudit } from '../../platform/audit/verify-audit.ts';
import { type Finding, failed, ok } from './finding.ts';
import type { Patient } from './open-patient.ts';

/** Whether every row of every audit log stands as it was written. */
export async function checkAudit({ db }: Pick<Patient, 'db'>): Promise<readonly Finding[]> {
  const verdicts: AuditVerdict[] = [];
  await verifyAudit(db, (verdict) => void verdicts.push(verdict));
  const broken = verdicts.flatMap((verdict) =>
    verdict.kind === 'broken'
      ? [failed('audit', `of organization ${verdict.organizationId}, row ${verdict.seq}: ${verdict.reason}.`)]
      : [],
  );
  if (broken.length > 0) return broken;
  const rows = verdicts.reduce((sum, verdict) => sum + (verdict.kind === 'sound' ? verdict.rows : 0), 0);
  return [ok('audit', rows === 0 ? 'the log is empty' : `the log is whole, rows: ${rows}`)];
}
