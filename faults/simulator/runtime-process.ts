/** One process with the product's own runtime in it, over simulated ports. What create-runtime.ts is to the product. */
import { every, pause } from '../../app/platform/clock/timers.ts';
import { commandRun } from '../../app/runtime/control/command-run.ts';
import { createDeployments } from '../../app/runtime/deployments/deployments.ts';
import { createEventIntake } from '../../app/runtime/intake/accept-events.ts';
import { createService } from '../../app/runtime/maintenance/service.ts';
import type { CommandAnswer, Intake, IntakeAnswer, RunCommand } from '../../app/runtime/public.ts';
import { createDatabaseClock } from '../../app/runtime/work/database-clock.ts';
import { keepLease } from '../../app/runtime/work/keep-lease.ts';
import type { TakeLease } from '../../app/runtime/work/lease.ts';
import { CELLS_BYTES, openLeaseCells } from '../../app/runtime/work/lease-cells.ts';
import { createActionPerformer } from '../../app/runtime/work/perform-action.ts';
import { createWorker, type Worker } from '../../app/runtime/work/worker.ts';
import { beginLease, renewLease } from './database/claim.ts';
import { createLink } from './database/link.ts';
import { createMemoryCommandStore } from './database/memory-command-store.ts';
import { createMemoryDeploymentSource } from './database/memory-deployment-source.ts';
import { createMemoryRunStore } from './database/memory-run-store.ts';
import type { Machine } from './machine.ts';
import { ORGANIZATION, type Site } from './site.ts';
import { createActions, factsOf } from './world/actions.ts';

export type RuntimeProcess = {
  readonly machine: Machine;
  readonly accept: (intake: Intake) => Promise<IntakeAnswer>;
  readonly command: (runId: string, command: RunCommand) => Promise<CommandAnswer>;
  /** Hints that other processes send. */
  readonly poke: () => void;
  readonly wakeRun: (runId: string) => void;
  readonly forgetDeployments: () => void;
};

const SILENCE_LEASES = 12;
const SIGN_INTERVAL_MS = 500;
const NS_PER_MS = 1_000_000;
const MINUTE_MS = 60_000;

export function startRuntimeProcess(
  site: Site,
  machine: Machine,
  hint: { readonly runWoken: (runId: string) => void },
): RuntimeProcess {
  const { tables, log, newId, planted } = site;
  const { timers } = machine.main;
  const link = createLink({ machine, server: site.server, network: site.network, scheduler: site.scheduler });
  const plain = createMemoryRunStore(link, tables);
  const store = planted?.store?.(plain, site, machine) ?? plain;
  const commands = createMemoryCommandStore(link, tables);
  const clock = createDatabaseClock(timers.monotonicMs);
  const actions = createActions(machine, site.service);
  const facts = factsOf(actions);
  const performer = createActionPerformer({ actions, timers, now: clock.now, log: () => {} });
  const deployments = createDeployments({
    source: createMemoryDeploymentSource(link, tables),
    actions: { find: (type) => facts.get(type) },
    monotonicMs: timers.monotonicMs,
  });
  const worker = createWorker({
    store,
    timers,
    takeLease: createLeaseTaker(site, machine),
    deployments,
    performer: planted?.performer?.(performer) ?? performer,
    clock,
    newId,
    log,
    onCommitted: () => {},
  });
  const intake = createEventIntake({
    store,
    timers,
    transaction: () => Promise.reject(new Error('Simulated workflows have no gates.')),
    deployments,
    newId,
    now: () => site.server.clockMs(),
    onAccepted: worker.poke,
  });
  const duty = (name: string, everyMs: number, work: () => Promise<number>) =>
    createService({
      name,
      everyMs,
      timers,
      log,
      work: async () => {
        if ((await work()) > 0) worker.poke();
        return false;
      },
    });
  duty('rescue-runs', Math.min(1_000, site.leaseMs / 4), store.rescue).start();
  duty('rescue-orphans', MINUTE_MS, store.rescueOrphans).start();
  void startWorker(machine, worker);
  return {
    machine,
    accept: intake.accept,
    command: async (runId, command) => {
      const answer = await commandRun(commands, ORGANIZATION, runId, command);
      if (answer.kind === 'done') {
        worker.wakeRun(runId);
        worker.poke();
        hint.runWoken(runId);
      }
      return answer;
    },
    poke: worker.poke,
    wakeRun: worker.wakeRun,
    forgetDeployments: () => deployments.forget(ORGANIZATION),
  };
}

/** A process whose database is away when it starts ends, and is started again by whoever supervises it. */
async function startWorker(machine: Machine, worker: Worker): Promise<void> {
  try {
    await worker.start();
  } catch {
    machine.crash();
  }
}

/** The lease as lease.ts and lease-thread.ts take and keep it, over simulated threads. */
function createLeaseTaker(site: Site, machine: Machine): TakeLease {
  const { server, network, scheduler, tables, leaseMs } = site;
  const { main, leaseThread } = machine;
  const link = createLink({ machine, thread: leaseThread, server, network, scheduler });
  const monotonicNs = () => BigInt(Math.round(main.timers.monotonicMs() * NS_PER_MS));
  return async ({ workerId, onLost }) => {
    const terms = { leaseMs, silenceMs: leaseMs * SILENCE_LEASES };
    const cells = openLeaseCells(new SharedArrayBuffer(CELLS_BYTES), terms, monotonicNs);
    cells.showSign();
    const held = Promise.withResolvers<void>();
    let isStopped = false;
    const stopSigns = every(main.timers, SIGN_INTERVAL_MS, cells.showSign);
    const renew = () => link.alone(renewLease(tables, workerId, leaseMs), 'renewal');
    keepLease({
      cells,
      leaseMs,
      monotonicNs,
      // A thread that was ended does nothing more.
      pause: (ms) => (isStopped ? new Promise(() => {}) : pause(leaseThread.timers, ms)),
      begin: () => link.alone(beginLease(tables, workerId, leaseMs), 'renewal'),
      renew: site.planted?.renew ?? renew,
      reconnect: async () => {},
      onHeld: () => main.deliver(held.resolve),
    }).then(
      () =>
        main.deliver(() => {
          stopSigns();
          if (!isStopped) onLost();
        }),
      (error: unknown) =>
        main.deliver(() => {
          stopSigns();
          held.reject(error);
        }),
    );
    await held.promise;
    return {
      workerId,
      isHeld: cells.isHeld,
      stop: async () => {
        isStopped = true;
        stopSigns();
      },
    };
  };
}
