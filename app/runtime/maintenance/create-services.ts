/** The background duties of a process, by its roles. */
import { systemTimers } from '../../platform/clock/timers.ts';
import type { RuntimeOptions } from '../create-runtime.ts';
import type { RunStore } from '../store/run-store.ts';
import { dropOldPartitions, ensurePartitions, pruneKeys } from './prune.ts';
import { expireDeadNeighbours } from './rescue-runs.ts';
import { createService, type Service } from './service.ts';

const RESCUE_MS = 500;
const MINUTE_MS = 60_000;

export function createServices(
  options: RuntimeOptions,
  store: RunStore,
  poke: () => void,
  fire: () => Promise<boolean>,
): readonly Service[] {
  const { db, log, roles } = options;
  const services: Service[] = [];
  const add = (name: string, everyMs: number, work: () => Promise<boolean>) =>
    services.push(createService({ name, everyMs, log, timers: systemTimers, work }));
  if (roles.worker) {
    add('rescue-runs', Math.min(RESCUE_MS, options.leaseMs / 4), async () => {
      await expireDeadNeighbours(db.engine);
      if ((await store.rescue()) > 0) poke();
      return false;
    });
  }
  if (roles.scheduler) {
    add('fire-schedules', 500, fire);
    add('rescue-orphans', MINUTE_MS, async () => {
      const freed = await store.rescueOrphans();
      if (freed > 0) log.warn({ freed }, 'runs were held by workers that do not exist; they were freed');
      return false;
    });
    add('partitions', 60 * MINUTE_MS, async () => {
      await ensurePartitions(db.owner);
      const dropped = await dropOldPartitions(db.owner, options.retentionDays);
      if (dropped.length > 0) log.info({ dropped }, 'dropped history past its retention');
      return false;
    });
    add('prune-keys', 10 * MINUTE_MS, () => pruneKeys(db.engine));
  }
  return services;
}
