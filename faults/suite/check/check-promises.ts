import { checkCallsMadeOnce, checkMails, checkRecordEffects, checkRepeatableCalls } from './check-effects.ts';
import { checkFollowUps, checkHonestRefusals, checkNothingLost, checkOneRunPerKey } from './check-intake.ts';
import { checkBlockedWorkers, checkCutOffWorkers, checkNoLateWrites } from './check-leases.ts';
import { checkCrashes, checkIsolation, checkOrder, checkVersions } from './check-order.ts';
import { checkPostgresReturn, checkRecovery, checkWorkerReturn } from './check-recovery.ts';
import { checkTicks, checkTimers } from './check-time.ts';
import type { Evidence, Verdict } from './evidence.ts';

/** Decides every promise by what the tables and the sinks say. Pure. */
export function checkPromises(evidence: Evidence): readonly Verdict[] {
  return [
    checkNothingLost(evidence),
    checkOneRunPerKey(evidence),
    checkFollowUps(evidence, evidence.steps),
    checkRecordEffects(evidence),
    checkRepeatableCalls(evidence),
    checkCallsMadeOnce(evidence),
    checkMails(evidence),
    checkNoLateWrites(evidence),
    checkCutOffWorkers(evidence),
    checkBlockedWorkers(evidence),
    checkRecovery(evidence),
    checkPostgresReturn(evidence),
    checkWorkerReturn(evidence),
    checkTimers(evidence),
    checkTicks(evidence),
    checkOrder(evidence),
    checkVersions(evidence),
    checkHonestRefusals(evidence),
    checkIsolation(evidence),
    checkCrashes(evidence),
  ];
}
