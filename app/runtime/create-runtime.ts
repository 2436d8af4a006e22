/** Builds the runtime from its parts. Nothing here decides anything. */
import { type Action, actionFacts } from '@mainspring/sdk/action.ts';
import { pause, systemTimers } from '../platform/clock/timers.ts';
import type { Database, Transaction } from '../platform/db/database.ts';
import type { Log } from '../platform/db/log.ts';
import { commandRun, findReplay } from './control/command-run.ts';
import { createPostgresCommandStore } from './control/command-store.ts';
import { deploy, setActive } from './deployments/deploy.ts';
import { createPostgresDeploymentSource } from './deployments/deployment-source.ts';
import { createDeployments } from './deployments/deployments.ts';
import { createEventIntake } from './intake/accept-events.ts';
import { listenForHints, notify } from './listen.ts';
import { dropOldPartitions, ensurePartitions, pruneKeys } from './maintenance/prune.ts';
import { expireDeadNeighbours, rescueOrphans } from './maintenance/rescue-runs.ts';
import { createService, type Service } from './maintenance/service.ts';
import type { RunResult, Runtime } from './public.ts';
import { findResult, findRun, listDeadLetters, listRuns, listSteps } from './read/read-runs.ts';
import { fireSchedules } from './schedules/fire-schedules.ts';
import { createPostgresRunStore } from './store/postgres-run-store.ts';
import type { RunStore } from './store/run-store.ts';
import { createDatabaseClock } from './work/database-clock.ts';
import type { HeldRun } from './work/held-run.ts';
import type { WritePoint } from './work/journal.ts';
import { createLeaseTaker, type LeaseThreadOptions } from './work/lease.ts';
import { createActionPerformer } from './work/perform-action.ts';
import { createRunWatch } from './work/run-watch.ts';
import { createWorker } from './work/worker.ts';

export type RuntimeOptions = {
  readonly db: Database;
  readonly connection: LeaseThreadOptions['connection'];
  readonly actions: ReadonlyMap<string, Action<Transaction>>;
  readonly roles: { readonly worker: boolean; readonly scheduler: boolean };
  readonly leaseMs: number;
  readonly retentionDays: number;
  readonly newId: () => string;
  readonly log: Log;
  readonly onRunFinished?: (status: RunResult['status']) => void;
  readonly onFailpoint?: (point: WritePoint) => void;
};

export type RunningRuntime = Runtime & {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Ends as SIGKILL would. For tests. */
  readonly crash: () => Promise<void>;
};

const RESULT_POLL_MS = 300;
const MINUTE_MS = 60_000;

export function createRuntime(options: RuntimeOptions): RunningRuntime {
  const { db, log, newId, roles, connection, leaseMs } = options;
  const timers = systemTimers;
  const store = createPostgresRunStore(db);
  const commands = createPostgresCommandStore(db);
  const clock = createDatabaseClock(timers.monotonicMs);
  const facts = new Map([...options.actions.values()].map((action) => [action.type, actionFacts(action)]));
  const deployments = createDeployments({
    source: createPostgresDeploymentSource(db.engine),
    actions: { find: (type) => facts.get(type) },
    monotonicMs: timers.monotonicMs,
  });
  const watch = createRunWatch();
  const onCommitted = (held: HeldRun) => {
    watch.changed(held.id);
    if (held.pending.ended) options.onRunFinished?.(held.pending.ended.status);
  };
  const worker = createWorker({
    store,
    timers,
    takeLease: createLeaseTaker({ connection, leaseMs }),
    deployments,
    performer: createActionPerformer({
      actions: options.actions,
      timers,
      now: clock.now,
      log: (level, message, { runId, step }) => log[level]({ runId, step }, message),
    }),
    clock,
    newId,
    log,
    onCommitted,
    ...(options.onFailpoint && { onFailpoint: options.onFailpoint }),
  });
  const started = () => (roles.worker ? worker.poke() : notify(db.engine, 'work', ''));
  const intake = createEventIntake({
    store,
    timers,
    transaction: db.engineTransaction,
    deployments,
    newId,
    now: () => Date.now(),
    onAccepted: started,
  });
  const hints = listenForHints({
    connection,
    log,
    onHint: (hint, payload) => {
      switch (hint) {
        case 'work':
          return worker.poke();
        case 'deployments':
          return deployments.forget(payload);
        case 'run':
          worker.wakeRun(payload);
          return worker.poke();
      }
    },
  });
  const services = createServices(
    options,
    store,
    () => worker.poke(),
    () => fireSchedules({ db, deployments, newId, onStarted: started }),
  );
  const wake = (runId: string) => {
    worker.wakeRun(runId);
    started();
    notify(db.engine, 'run', runId);
  };

  return {
    accept: intake.accept,
    deploy,
    setActive,
    deploymentsChanged: (organizationId) => {
      deployments.forget(organizationId);
      notify(db.engine, 'deployments', organizationId);
    },
    findRun: (organizationId, runId) => findRun(db, organizationId, runId),
    listSteps: (organizationId, runId) => listSteps(db, organizationId, runId),
    listRuns: (organizationId, filter, page) => listRuns(db, organizationId, filter, page),
    listDeadLetters: (organizationId, page) => listDeadLetters(db, organizationId, page),
    command: async (organizationId, runId, command) => {
      const answer = await commandRun(commands, organizationId, runId, command);
      if (answer.kind === 'done') wake(runId);
      return answer;
    },
    replay: async (organizationId, runId) => {
      const origin = await findReplay(db, organizationId, runId);
      if (origin === undefined) return { kind: 'not-found' };
      const { workflowId, triggerId, event, subjectId } = origin;
      const answer = await intake.accept({
        organizationId,
        type: event.type,
        data: event.data,
        subjectId,
        time: new Date(event.time).toISOString(),
        key: null,
        target: { kind: 'replay', workflowId, triggerId },
        depth: 0,
      });
      if (answer.kind === 'accepted' && answer.runIds[0] !== undefined) {
        return { kind: 'replayed', runId: answer.runIds[0] };
      }
      const message = 'The workflow is not active. Turn it on, then replay the run.';
      return { kind: 'conflict', status: 'completed', message };
    },
    waitForResult: async (organizationId, runId, timeoutMs) => {
      let signal = Promise.withResolvers<void>();
      const stop = watch.watch(runId, () => signal.resolve());
      const end = performance.now() + timeoutMs;
      try {
        while (true) {
          signal = Promise.withResolvers<void>();
          const result = await findResult(db, organizationId, runId);
          const left = end - performance.now();
          if (result !== undefined || left <= 0) return result;
          await Promise.race([signal.promise, pause(timers, Math.min(RESULT_POLL_MS, left))]);
        }
      } finally {
        stop();
      }
    },
    watchRun: watch.watch,
    start: async () => {
      hints.start();
      if (roles.worker) {
        if ((await expireDeadNeighbours(db.engine)) > 0) await store.rescue();
        await worker.start();
      }
      for (const service of services) service.start();
    },
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
      await intake.drain();
      if (roles.worker) await worker.stop();
      await hints.stop();
    },
    crash: async () => {
      await worker.crash();
      await Promise.all(services.map((service) => service.stop()));
      await hints.stop();
    },
  };
}

function createServices(
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
    add('rescue-runs', Math.min(1_000, options.leaseMs / 4), async () => {
      if ((await store.rescue()) > 0) poke();
      return false;
    });
  }
  if (roles.scheduler) {
    add('fire-schedules', 500, fire);
    add('rescue-orphans', MINUTE_MS, async () => {
      const freed = await rescueOrphans(db.engine);
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
