/** Builds the runtime from its parts. Nothing here decides anything. */
import { type Action, actionFacts } from '@mainspring/sdk/action.ts';
import { systemTimers } from '../platform/clock/timers.ts';
import type { Database, Transaction } from '../platform/db/database.ts';
import type { Log } from '../platform/db/log.ts';
import { commandRun } from './control/command-run.ts';
import { createPostgresCommandStore } from './control/command-store.ts';
import { replayRun } from './control/replay-run.ts';
import { deploy, setActive } from './deployments/deploy.ts';
import { createPostgresDeploymentSource } from './deployments/deployment-source.ts';
import { createDeployments, type Deployments } from './deployments/deployments.ts';
import { createEventIntake } from './intake/accept-events.ts';
import { type Hints, listenForHints, notify } from './listen.ts';
import { createServices } from './maintenance/create-services.ts';
import { expireDeadNeighbours } from './maintenance/rescue-runs.ts';
import type { Runtime } from './public.ts';
import { findRun, listDeadLetters, listRuns, listSteps } from './read/read-runs.ts';
import { waitForResult } from './read/wait-for-result.ts';
import { fireSchedules } from './schedules/fire-schedules.ts';
import { meterRunStore, type RuntimeMeter } from './store/meter-run-store.ts';
import { createPostgresRunStore } from './store/postgres-run-store.ts';
import { createDatabaseClock } from './work/database-clock.ts';
import type { WritePoint } from './work/journal.ts';
import { createLeaseTaker, type LeaseThreadOptions } from './work/lease.ts';
import { createActionPerformer } from './work/perform-action.ts';
import { createRunWatch } from './work/run-watch.ts';
import { createSendingHolds } from './work/sending-holds.ts';
import { createWorker, type Worker } from './work/worker.ts';

export type RuntimeOptions = {
  readonly db: Database;
  readonly connection: LeaseThreadOptions['connection'];
  readonly actions: ReadonlyMap<string, Action<Transaction>>;
  readonly roles: { readonly worker: boolean; readonly scheduler: boolean };
  readonly leaseMs: number;
  readonly retentionDays: number;
  /** A workflow is started by a chain past the longest, a ring most likely: whoever hears of it pauses it. */
  readonly onTooDeep?: (organizationId: string, workflowId: string) => void;
  /** How often a step that waits for a restore to be confirmed asks whether it was. Default a minute. */
  readonly heldRecheckMs?: number;
  readonly newId: () => string;
  readonly log: Log;
  readonly meter?: RuntimeMeter;
  readonly onFailpoint?: (point: WritePoint) => void;
};

export type RunningRuntime = Runtime & {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Ends as SIGKILL would. For tests. */
  readonly crash: () => Promise<void>;
};

export function createRuntime(options: RuntimeOptions): RunningRuntime {
  const { db, log, newId, roles, connection, leaseMs } = options;
  const timers = systemTimers;
  const rows = createPostgresRunStore(db);
  const store = options.meter ? meterRunStore(rows, options.meter) : rows;
  const commands = createPostgresCommandStore(db);
  const clock = createDatabaseClock(timers.monotonicMs);
  const deployments = knowDeployments(options);
  const watch = createRunWatch();
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
    onCommitted: (held) => watch.changed(held.id),
    sendingHolds: createSendingHolds(db.engine, options.heldRecheckMs),
    ...(options.onTooDeep && { onTooDeep: options.onTooDeep }),
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
    ...(options.onTooDeep && { onTooDeep: options.onTooDeep }),
  });
  const hints = heedHints({ connection, log }, worker, deployments);
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
    command: async (organizationId, runId, command, record) => {
      const answer = await commandRun(commands, organizationId, runId, command, record);
      if (answer.kind === 'done') wake(runId);
      return answer;
    },
    replay: (organizationId, runId, record) => replayRun({ db, accept: intake.accept }, organizationId, runId, record),
    waitForResult: (organizationId, runId, timeoutMs) =>
      waitForResult({ db, watch, timers }, organizationId, runId, timeoutMs),
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

function knowDeployments({ actions, db }: Pick<RuntimeOptions, 'actions' | 'db'>): Deployments {
  const facts = new Map([...actions.values()].map((action) => [action.type, actionFacts(action)]));
  return createDeployments({
    source: createPostgresDeploymentSource(db.engine),
    actions: { find: (type) => facts.get(type) },
    monotonicMs: systemTimers.monotonicMs,
  });
}

function heedHints(
  options: Pick<RuntimeOptions, 'connection' | 'log'>,
  worker: Worker,
  deployments: Deployments,
): Hints {
  return listenForHints({
    ...options,
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
}
