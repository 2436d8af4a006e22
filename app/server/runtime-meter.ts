import type { Metrics } from '../platform/metrics/metrics.ts';
import type { RuntimeMeter } from '../runtime/store/meter-run-store.ts';

/** What the runtime counts, as the numbers that `GET /metrics` shows. */
export function runtimeMeter(metrics: Metrics): RuntimeMeter {
  return {
    eventsCommitted: (inOneBatch) => metrics.intakeBatchSize.observe(inOneBatch),
    runsAccepted: (runs) => metrics.runsAccepted.inc(runs),
    runClaimed: (lagSeconds) => metrics.claimLagSeconds.observe(lagSeconds),
    stepCommitted: (status) => metrics.steps.inc({ status }),
    runFinished: (status) => metrics.runsFinished.inc({ status }),
  };
}
