/** Breaks things, as the weather of the seed says, until the storm is over. */
import { deploy, setActive } from '../database/command-statements.ts';
import type { Commit } from '../database/server.ts';
import type { Machine } from '../machine.ts';
import { ORGANIZATION, type Site } from '../site.ts';
import type { Fleet } from './fleet.ts';
import type { Call } from './service.ts';

export type Storm = {
  readonly onCommit: (commit: Commit) => void;
  readonly onCall: (call: Call) => void;
};

/** What the storm holds in its hands; the network and the clock's readers look at it. */
export type Damage = {
  readonly cutUntilMs: Map<string, number>;
  databaseDownUntilMs: number;
  lastJumpMs: number;
};

export function createDamage(): Damage {
  return { cutUntilMs: new Map(), databaseDownUntilMs: 0, lastJumpMs: Number.NEGATIVE_INFINITY };
}

export function startStorm(site: Site, fleet: Fleet, damage: Damage): Storm {
  const { weather, scheduler, server, trace, met, leaseMs } = site;
  const random = site.random.fork('storm');
  const again = (everyMs: number | null, strike: () => void) => {
    if (everyMs === null) return;
    // Exponential: what is rare may still come twice in a row.
    scheduler.after(-Math.log(1 - random.next()) * everyMs, () => {
      if (!site.isStormy()) return;
      strike();
      again(everyMs, strike);
    });
  };
  const atSome = (strike: (machine: Machine) => void) => () => {
    const process = fleet.any();
    if (process !== undefined) strike(process.machine);
  };
  const freeze = (machine: Machine) => {
    const which = random.pick(['whole', 'main'] as const);
    met(which === 'whole' ? 'process frozen' : 'event loop blocked');
    const forMs = random.chance(0.5) ? random.between(20, leaseMs) : random.between(leaseMs, leaseMs * 3);
    trace(() => `${machine.name} freezes (${which}) for ${Math.round(forMs)} ms`);
    machine.freeze(which, forMs);
  };

  again(
    weather.crashEveryMs,
    atSome((machine) => {
      met('process killed');
      machine.crash();
    }),
  );
  again(weather.freezeEveryMs, atSome(freeze));
  again(
    weather.cutEveryMs,
    atSome((machine) => {
      const forMs = random.between(200, 12_000);
      met('cut off from the database');
      trace(() => `${machine.name} is cut off from the database for ${Math.round(forMs)} ms`);
      damage.cutUntilMs.set(machine.name, scheduler.nowMs() + forMs);
    }),
  );
  again(weather.databaseRestartEveryMs, () => {
    const forMs = random.between(10, 2_000);
    met('database restarted');
    trace(() => `the database restarts and is away for ${Math.round(forMs)} ms`);
    server.endAll();
    damage.databaseDownUntilMs = scheduler.nowMs() + forMs;
  });
  again(weather.clockJumpEveryMs, () => {
    const byMs = random.between(-8_000, 8_000);
    met('clock jumped');
    trace(() => `the database's clock jumps by ${Math.round(byMs)} ms`);
    server.jump(byMs);
    damage.lastJumpMs = scheduler.nowMs();
  });
  again(weather.redeployEveryMs, () => changeDeployment(site, fleet, random.chance(0.7)));

  return {
    onCommit: ({ by }) => {
      if (!site.isStormy()) return;
      const process = fleet.find(by);
      if (process === undefined || !random.chance(weather.crashAtCommitRate)) return;
      met('killed after its commit');
      process.machine.crash();
    },
    onCall: ({ machine }) => {
      if (!site.isStormy() || !random.chance(weather.crashAtCallRate)) return;
      if (random.chance(0.5)) return freeze(machine);
      met('killed in a call');
      scheduler.after(random.between(0, 60), machine.crash);
    },
  };
}

/** Publishes the same once more, or stops and starts what events start. */
function changeDeployment(site: Site, fleet: Fleet, isPublished: boolean): void {
  const { server, tables, trace, met } = site;
  met('published or paused');
  const workflow = site.random.pick(site.workflows);
  const row = server.find(tables.deployments, workflow.id);
  if (row === undefined) return;
  const { id: workflowId, definition } = workflow;
  const statement = isPublished
    ? deploy(tables, ORGANIZATION, { workflowId, version: row.version + 1, definition })
    : setActive(tables, ORGANIZATION, workflowId, !row.active);
  trace(() => (isPublished ? `${workflowId} is published again` : `${workflowId} active: ${!row.active}`));
  const session = server.begin('publisher');
  server.run(session, statement).then(
    () => {
      if (session.state === 'open') server.commit(session);
      fleet.tellDeployments();
    },
    () => {},
  );
}
