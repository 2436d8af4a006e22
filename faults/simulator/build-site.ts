/** Builds the site of one seed: its workflows, its database, its network, its service. Nothing moves yet. */
import type { JsonObject } from '@mainspring/engine/json.ts';
import { deploy } from './database/command-statements.ts';
import { changesIn, createServer } from './database/server.ts';
import { createTables } from './database/tables.ts';
import type { Invariant } from './invariants/invariant.ts';
import type { Random } from './random.ts';
import { createScheduler } from './scheduler.ts';
import { type Facts, type MetFault, ORGANIZATION, type PlantedFault, type Site, type Trace } from './site.ts';
import { createLog } from './trace.ts';
import { createNetwork, drawWeather } from './weather.ts';
import { createService } from './world/service.ts';
import type { Damage } from './world/storm.ts';
import { drawChildren, drawWorkflow, type SimulatedWorkflow } from './world/workflows.ts';

export type Plan = {
  readonly random: Random;
  /** How long faults go on. */
  readonly stormMs: number;
  readonly planted: PlantedFault | null;
  readonly damage: Damage;
  /** Whoever wants to hear of commits, calls and answers; in this order. */
  readonly listeners: Invariant[];
  readonly met: (fault: MetFault) => void;
  /** Takes the lines of the trace; null where nobody reads it. */
  readonly lines: string[] | null;
  readonly isDisturbed: (runId: string) => boolean;
};

/** Tells every listener. */
export type Tell = <Name extends keyof Invariant>(
  name: Name,
  ...given: Parameters<NonNullable<Invariant[Name]>>
) => void;

const START_MS = Date.UTC(2026, 0, 5, 9);
const LEASE_MS = 3_000;

export function buildSite(plan: Plan): { readonly site: Site; readonly tell: Tell } {
  const { random, damage, lines, met } = plan;
  const scheduler = createScheduler();
  const tables = createTables();
  const weather = { ...drawWeather(random.fork('weather')), ...plan.planted?.weather };
  const isStormy = () => scheduler.nowMs() < plan.stormMs;
  const tell: Tell = (name, ...given) => {
    for (const listener of plan.listeners) (listener[name] as ((...given: unknown[]) => void) | undefined)?.(...given);
  };
  const trace: Trace = (line) => {
    lines?.push(`${scheduler.nowMs().toFixed(1).padStart(9)}  ${line()}`);
  };
  const server = createServer({ scheduler, startMs: START_MS, onCommit: (commit) => tell('onCommit', commit) });
  const network = createNetwork({
    random: random.fork('network'),
    weather,
    isStormy,
    isCut: ({ name }) => isStormy() && (damage.cutUntilMs.get(name) ?? 0) > scheduler.nowMs(),
    isDown: () => damage.databaseDownUntilMs > scheduler.nowMs(),
    met,
  });
  const service = createService({
    scheduler,
    random: random.fork('service'),
    faultRate: () => (isStormy() ? weather.serviceFaultRate : 0),
    onCall: (call) => {
      const { runId, step, attempt } = call.context;
      trace(() => `${call.machine.name} calls ${call.type} for ${runId}/${step}, attempt ${attempt}`);
      tell('onCall', call);
    },
    onSettled: (call) => tell('onSettled', call),
    onRefused: (key) => tell('onRefused', key),
    onDone: (call) => tell('onDone', call),
    onFault: () => met('service failed'),
  });
  const children = drawChildren(random.fork('children'));
  const workflows = Array.from({ length: 1 + random.below(3) }, (_, index) =>
    drawWorkflow(random.fork(`flow-${index}`), index, children),
  );
  const all = [...workflows, children.good, children.bad];
  const parts = { scheduler, random, weather, isStormy, server, tables, network, service, workflows, children };
  const facts = gatherFacts(plan, parts, all);
  const site: Site = {
    ...parts,
    ...facts,
    newId: createIds(),
    leaseMs: LEASE_MS,
    planted: plan.planted,
    trace,
    met,
    log: createLog(trace),
  };
  publish(site, all);
  return { site, tell };
}

function gatherFacts(
  { damage, listeners, isDisturbed }: Plan,
  { server, tables }: Pick<Site, 'server' | 'tables'>,
  workflows: readonly SimulatedWorkflow[],
): Facts {
  const machines = new Map<string, string>();
  listeners.push({
    onCommit: (commit) => {
      for (const { key, before } of changesIn(commit, tables.workers)) if (!before) machines.set(key, commit.by);
    },
  });
  const findWorkflow: Facts['findWorkflow'] = (id) => workflows.find((workflow) => workflow.id === id);
  return {
    lastJumpMs: () => damage.lastJumpMs,
    machineOf: (workerId) => machines.get(workerId ?? ''),
    findWorkflow,
    nodeOf: (runId, nodeId) => {
      const run = server.find(tables.runs, runId) ?? server.find(tables.history, runId);
      return findWorkflow(run?.workflow_id ?? '')?.definition.nodes.find(({ id }) => id === nodeId);
    },
    postOf: (data) => {
      const { n, calledBy } = data as JsonObject;
      return typeof n === 'number' && calledBy === undefined ? n : null;
    },
    isDisturbed,
  };
}

/** Short, in order, and the same each time. */
function createIds(): () => string {
  let ids = 0;
  return () => {
    ids += 1;
    return `i${String(ids).padStart(5, '0')}`;
  };
}

function publish({ server, tables }: Site, workflows: readonly SimulatedWorkflow[]): void {
  const session = server.begin('setup');
  for (const { id: workflowId, definition } of workflows) {
    void server.run(session, deploy(tables, ORGANIZATION, { workflowId, version: 1, definition }));
  }
  server.commit(session);
}
