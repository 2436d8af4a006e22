/** `mainspring audit verify`: reads every organization's audit log from its first row on. */
import { type AuditVerdict, verifyAudit } from '../platform/audit/verify-audit.ts';
import { readConfig } from '../platform/config/config.ts';
import { createLog } from '../platform/log/log.ts';
import { openPatient } from './doctor/open-patient.ts';

/** Works beside running servers. Throws what keeps it from reaching the database. */
export async function verifyAuditLog(
  env: NodeJS.ProcessEnv,
  onVerdict: (verdict: AuditVerdict) => void,
): Promise<void> {
  const patient = await openPatient(readConfig(env), createLog({ level: 'silent' }));
  try {
    await verifyAudit(patient.db, onVerdict);
  } finally {
    await patient.close();
  }
}
