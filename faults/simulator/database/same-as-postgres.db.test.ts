/** Holds the statements in memory and those of PostgreSQL side by side: same requests, same answers, same rows. */
import { startRun } from '@mainspring/engine/run/start-run.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../app/platform/db/testing/create-test-database.ts';
import { newId } from '../../../app/platform/ids/id.ts';
import { type CommandStore, createPostgresCommandStore } from '../../../app/runtime/control/command-store.ts';
import type { EventRow, RunRow } from '../../../app/runtime/sql/accept-events.ts';
import { createPostgresRunStore } from '../../../app/runtime/store/postgres-run-store.ts';
import type { HeldRow, JournalRows, RunStore } from '../../../app/runtime/store/run-store.ts';
import type { JournalRow, StepRow, WaitRow } from '../../../app/runtime/work/journal-rows.ts';
import { createRandom, type Random } from '../random.ts';
import { createScheduler } from '../scheduler.ts';
import { deploy } from './command-statements.ts';
import type { Link, LinkTransaction } from './link.ts';
import { createMemoryCommandStore } from './memory-command-store.ts';
import { createMemoryRunStore } from './memory-run-store.ts';
import { createServer, type Server } from './server.ts';
import { createTables, type Tables } from './tables.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Tokens of runs that came back from the history begin with the time. */
const REVIVED = 1e9;
const SEEDS = 12;
const REQUESTS = 120;

describe('the database in memory', () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    test(`does as PostgreSQL does, seed ${seed}`, async () => {
      const random = createRandom(`same/${seed}`);
      const sides = [await postgresSide(random), memorySide(random)] as const;
      const world = createWorld(random);
      for (let index = 0; index < REQUESTS; index += 1) {
        const request = drawRequest(random, world);
        const [real, memory] = [await request.ask(sides[0]), await request.ask(sides[1])];
        expect({ index, request: request.name, answer: memory }).toEqual({
          index,
          request: request.name,
          answer: real,
        });
        const [rows, memoryRows] = [await sides[0].dump(), await sides[1].dump()];
        expect({ index, request: request.name, rows: memoryRows }).toEqual({ index, request: request.name, rows });
        world.alive = [...rows.runs];
        world.ended = rows.history.map(([id]) => id);
      }
    });
  }
});

/** One of the two, with the same organization in it. */
type Side = {
  readonly organizationId: string;
  readonly store: RunStore;
  readonly commands: CommandStore;
  readonly expire: (workerId: string) => Promise<void>;
  readonly beginLease: (workerId: string) => Promise<void>;
  readonly revision: () => Promise<number>;
  readonly dump: () => Promise<Dump>;
};

type LiveRun = {
  readonly id: string;
  readonly status: string;
  readonly token: number;
  readonly wake: number;
  readonly claims: number;
  readonly worker: string | null;
  readonly due: 'never' | 'now' | 'later';
  readonly parked: string | null;
  readonly parent: string | null;
};

type Dump = {
  readonly runs: readonly LiveRun[];
  readonly history: readonly (readonly [id: string, status: string])[];
  readonly inbox: readonly string[];
  readonly waits: readonly string[];
  readonly steps: readonly string[];
  readonly letters: readonly string[];
};

type World = {
  readonly organizationId: string;
  readonly workers: string[];
  readonly keys: string[];
  alive: LiveRun[];
  ended: string[];
};

const WORKFLOW = newId();
let organizationId = '';

async function postgresSide(random: Random): Promise<Side> {
  organizationId = newId();
  await db.owner.query(
    'truncate runs, run_history, run_steps, run_step_history, run_inbox, event_waits, workers cascade',
  );
  await db.owner.query('truncate events, event_keys, dead_letters cascade');
  await db.engine.query('insert into organizations (id, name) values ($1, $2)', [
    organizationId,
    `Gym ${random.below(99)}`,
  ]);
  await db.engine.query(
    `insert into workflow_versions (org_id, workflow_id, version, definition) values ($1, $2, 1, $3)`,
    [organizationId, WORKFLOW, JSON.stringify(DEFINITION)],
  );
  const rowsOf = async (query: string) => (await db.engine.query(query)).rows;
  return {
    organizationId,
    store: createPostgresRunStore(db),
    commands: createPostgresCommandStore(db),
    expire: async (id) => {
      await db.engine.query(`update workers set lease_until = now() - interval '1 second' where id = $1`, [id]);
    },
    beginLease: async (id) => {
      await db.engine.query(
        `insert into workers (id, lease_until, host, pid, process_started)
         values ($1, now() + interval '1 hour', 'here', 1, 0)`,
        [id],
      );
    },
    revision: async () => Number((await rowsOf('select revision from deployment_revisions'))[0]?.revision ?? 0),
    dump: async () => ({
      runs: (
        await rowsOf(`select id, status, token, wake, claims, worker_id as worker, parked ->> 'code' as parked,
          concat_ws('/', parent_run_id, parent_step, parent_attempt) as parent,
          case when due_at is null then 'never' when due_at <= now() then 'now' else 'later' end as due
          from runs order by id`)
      ).map((row) => ({ ...row, token: Math.min(row.token, REVIVED), parent: row.parent || null })),
      history: (await rowsOf('select id, status from run_history order by id')).map((row) => [row.id, row.status]),
      inbox: (await rowsOf('select run_id, message from run_inbox order by run_id, id')).map(
        (row) => `${row.run_id} ${JSON.stringify(withoutTime(row.message))}`,
      ),
      waits: (await rowsOf('select run_id, step, event, match from event_waits order by run_id, step')).map(
        (row) => `${row.run_id}/${row.step} ${row.event} ${row.match}`,
      ),
      steps: (
        await rowsOf(`select run_id, key, status, attempt, 'live' as place from run_steps
          union all select run_id, key, status, attempt, 'past' from run_step_history order by 1, 2, 5`)
      ).map(stepLine),
      letters: (await rowsOf('select run_id, code, resolved_at is not null as resolved from dead_letters'))
        .map(letterLine)
        .sort(),
    }),
  };
}

const DEFINITION = {
  ...{ format: 'mainspring/workflow@1' as const, name: 'Same', triggers: [], nodes: [], edges: [] },
  settings: { concurrency: 2 },
};

function memorySide(_random: Random): Side {
  const scheduler = createScheduler();
  const server = createServer({ scheduler, startMs: Date.now(), onCommit: () => {} });
  const tables = createTables();
  const link = directLink(server);
  const own = organizationId;
  void link.alone(deploy(tables, own, { workflowId: WORKFLOW, version: 1, definition: DEFINITION }));
  // Each request has its moment.
  const tick = async () => {
    scheduler.after(1, () => {});
    await scheduler.step();
  };
  return {
    organizationId: own,
    store: createMemoryRunStore(link, tables),
    commands: createMemoryCommandStore(link, tables),
    expire: (id) =>
      link.alone((view) => {
        const row = view.get(tables.workers, id);
        if (row !== undefined) view.put(tables.workers, id, { ...row, lease_until_ms: view.clockMs - 1_000 });
      }),
    beginLease: (id) =>
      link.alone((view) => view.put(tables.workers, id, { id, lease_until_ms: view.clockMs + 3_600_000 })),
    revision: async () => server.find(tables.revisions, own)?.revision ?? 0,
    dump: async () => {
      await tick();
      return dumpMemory(server, tables);
    },
  };
}

function dumpMemory(server: Server, tables: Tables): Dump {
  const byText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
  const dueOf = (dueMs: number | null): LiveRun['due'] =>
    dueMs === null ? 'never' : dueMs <= server.clockMs() ? 'now' : 'later';
  const live = server.committed(tables.steps).map((step) => ({ ...step, place: 'live' }));
  const past = server.committed(tables.stepHistory).map((step) => ({ ...step, place: 'past' }));
  return {
    runs: server
      .committed(tables.runs)
      .map((row) => ({
        ...{ id: row.id, status: row.status, wake: row.wake, claims: row.claims, worker: row.worker_id },
        token: Math.min(row.token, REVIVED),
        due: dueOf(row.due_ms),
        parked: row.parked?.code ?? null,
        parent:
          [row.parent_run_id, row.parent_step, row.parent_attempt].filter((each) => each !== null).join('/') || null,
      }))
      .sort((one, other) => byText(one.id, other.id)),
    history: server
      .committed(tables.history)
      .map((row) => [row.id, row.status] as const)
      .sort((one, other) => byText(one[0], other[0])),
    inbox: server
      .committed(tables.inbox)
      .toSorted((one, other) => byText(one.run_id, other.run_id) || one.id - other.id)
      .map((row) => `${row.run_id} ${JSON.stringify(withoutTime(row.message))}`),
    waits: server
      .committed(tables.waits)
      .toSorted((one, other) => byText(one.run_id, other.run_id) || byText(one.step, other.step))
      .map((row) => `${row.run_id}/${row.step} ${row.event} ${row.match}`),
    steps: [...live, ...past]
      .sort(
        (one, other) =>
          byText(one.run_id, other.run_id) || byText(one.key, other.key) || byText(one.place, other.place),
      )
      .map(stepLine),
    letters: server.committed(tables.letters).map(letterLine).sort(),
  };
}

function stepLine(row: { run_id: string; key: string; status: string; attempt: number; place: string }): string {
  return `${row.run_id}/${row.key} ${row.status} ${row.attempt} ${row.place}`;
}

function letterLine(row: { run_id: string; code: string; resolved: boolean }): string {
  return `${row.run_id} ${row.code} ${row.resolved}`;
}

function withoutTime(message: unknown): unknown {
  const { event, ...rest } = message as { event?: { time?: string } };
  return event === undefined ? rest : { ...rest, event: { ...event, time: '' } };
}

function directLink(server: Server): Link {
  const together = async <Result>(work: (transaction: LinkTransaction) => Promise<Result>): Promise<Result> => {
    const session = server.begin('test');
    const save = async () => {
      const restore = server.save(session);
      return async () => restore();
    };
    const result = await work({ run: (statement) => server.run(session, statement), save });
    server.commit(session);
    return result;
  };
  return { alone: (statement) => together(({ run }) => run(statement)), together, retrying: together };
}

function createWorld(_random: Random): World {
  return { organizationId, workers: [], keys: [], alive: [], ended: [] };
}

type Request = { readonly name: string; readonly ask: (side: Side) => Promise<unknown> };

const EVENTS = ['sms.received', 'sms.sent', 'mail.received'];

function drawRequest(random: Random, world: World): Request {
  if (world.workers.length < 2) return beginWorker(world);
  const held = world.alive.filter((run) => run.worker !== null);
  switch (random.below(16)) {
    case 0:
      return random.chance(0.3) ? beginWorker(world) : claiming(random, world);
    case 1:
    case 2:
    case 3:
      return accepting(random, world);
    case 4:
    case 5:
      return claiming(random, world);
    case 6:
      return expiring(random, world);
    case 7:
      return { name: 'rescue', ask: ({ store }) => store.rescue() };
    case 8:
      return sending(random, world);
    case 9:
      return commanding(random, world);
    case 10:
      return reading(random, world);
    case 11: {
      const workerId = random.pick(world.workers);
      if (random.chance(0.3)) return { name: 'give back', ask: ({ store }) => store.giveBack(workerId) };
      const dropped = held.filter((run) => run.worker === workerId).map(({ id, token }) => ({ id, token }));
      return { name: 'give back dropped', ask: ({ store }) => store.giveBackDropped(workerId, dropped) };
    }
    default:
      return held.length === 0 ? claiming(random, world) : writing(random, world, held);
  }
}

function beginWorker(world: World): Request {
  const id = newId();
  world.workers.push(id);
  return { name: 'begin lease', ask: ({ beginLease }) => beginLease(id) };
}

function accepting(random: Random, world: World): Request {
  const type = random.pick(EVENTS);
  const key = random.chance(0.5) ? random.pick([...world.keys, newId().replaceAll('-', '')]) : null;
  if (key !== null) world.keys.push(key);
  const from = random.below(3);
  const parent = random.chance(0.2) ? world.alive[0]?.id : undefined;
  const runs: RunRow[] = Array.from({ length: random.below(3) }, () => ({
    ...{ event_id: '', id: newId(), workflow_id: WORKFLOW, version: 1, trigger_id: null },
    ...(random.chance(0.3) && { order_key: random.pick(['ada', 'ben']) }),
    ...(random.chance(0.3) && { concurrency: 2 }),
    ...(parent !== undefined && { parent_run_id: parent, parent_step: 'call', parent_attempt: 1 }),
  }));
  const eventId = newId();
  const isStale = random.chance(0.1);
  return {
    name: 'accept',
    ask: async (side) => {
      const event: EventRow = {
        ...{ org_id: side.organizationId, revision: (await side.revision()) - (isStale ? 1 : 0), id: eventId, type },
        ...{ data: { from }, subject_id: null, occurred_at: null, depth: 0, decisions: null, key_hash: key },
        run_ids: runs.map((run) => run.id),
        names: [type, `${type.slice(0, 4)}*`],
        match_keys: [`data.from=${from}`],
      };
      const outcomes = await side.store.alone.acceptEvents(
        [JSON.stringify(event)],
        runs.map((run) => ({ ...run, event_id: eventId })),
      );
      const first = key === null ? null : await side.store.findAccepted(side.organizationId, key);
      return { outcomes, first };
    },
  };
}

function claiming(random: Random, world: World): Request {
  const workerId = random.pick(world.workers);
  return {
    name: 'claim',
    ask: async ({ store }) =>
      (await store.claim(workerId, 500))
        .map(({ id, token, wake, claims }) => [id, Math.min(Number(token), REVIVED), wake, claims])
        .sort(),
  };
}

function expiring(random: Random, world: World): Request {
  const workerId = random.pick(world.workers);
  return { name: 'expire', ask: ({ expire }) => expire(workerId) };
}

function sending(random: Random, world: World): Request {
  const ids = [...world.alive.map((run) => run.id), ...world.ended, newId()];
  const messages = Array.from({ length: 1 + random.below(3) }, () => ({
    ...{ run_id: random.pick(ids), message: { kind: 'pause-requested' } as const },
  }));
  return {
    name: 'send',
    ask: ({ store, organizationId: org_id }) => store.alone.sendToRuns(messages.map((each) => ({ org_id, ...each }))),
  };
}

function commanding(random: Random, world: World): Request {
  const runId = random.pick([...world.alive.map((run) => run.id), ...world.ended, newId()]);
  const isRetry = random.chance(0.5);
  return {
    name: isRetry ? 'revive' : 'command',
    ask: ({ commands, organizationId: id }) =>
      commands.commanding(id, async ({ lockLive, findEnded, send, revive, resolveLetters }) => {
        const live = await lockLive(runId);
        const ended = await findEnded(runId);
        if (live !== undefined) await send(runId, { kind: 'cancel-requested' });
        const revived = live === undefined && isRetry && (await revive(runId, { kind: 'retry-requested' }));
        await resolveLetters(runId);
        return { live, ended, revived };
      }),
  };
}

function reading(random: Random, world: World): Request {
  const ids = world.alive.map((run) => run.id);
  const runId = random.pick([...ids, newId()]);
  const plain = (messages: readonly { readonly message: unknown }[]) =>
    messages.map(({ message }) => withoutTime(message));
  const parent = world.alive.find((run) => run.parent !== null)?.parent?.split('/')[0] ?? newId();
  return {
    name: 'read',
    ask: async ({ store, organizationId: id }) => {
      const inbox = await store.readInbox(id, runId);
      const all = await store.readInboxes(ids);
      return {
        inbox: inbox && { wake: inbox.wake, messages: plain(inbox.messages) },
        all: all.map(({ run_id, message }) => [run_id, withoutTime(message)]),
        children: [...(await store.alone.findChildren(id, parent, ['call', 'other']))].sort(),
        held: (await store.listHeld(world.workers[0] ?? '')).map((row: HeldRow) => row.id).sort(),
      };
    },
  };
}

function writing(random: Random, world: World, held: readonly LiveRun[]): Request {
  const run = random.pick(held);
  const workerId = random.chance(0.9) ? (run.worker ?? '') : random.pick(world.workers);
  const isLate = random.chance(0.1);
  const ended = random.chance(0.3) ? random.pick(['completed', 'failed', 'cancelled'] as const) : null;
  const parks = ended === null && random.chance(0.2);
  const hold = ended === null && !parks && random.chance(0.5);
  const reads = random.chance(0.5);
  const missesMessage = random.chance(0.2);
  const due = random.pick([null, new Date(0).toISOString(), '2099-01-01T00:00:00.000Z']);
  const progress = random.chance(0.7);
  const [letterId, step] = [newId(), random.pick(['a', 'b', 'c'])];
  const stepStatus = random.pick(['running', 'waiting', 'completed'] as const);
  const waits = ended === null && random.chance(0.5);
  const drops = random.chance(0.4);
  const event = random.pick([...EVENTS, 'sms.*']);
  const match = random.chance(0.5) ? `data.from=${random.below(3)}` : null;
  return {
    name: 'write',
    ask: async ({ store, organizationId: org_id }) => {
      const inbox = reads ? await store.readInbox(org_id, run.id) : null;
      const token = (await store.listHeld(run.worker ?? '')).find(({ id }) => id === run.id)?.token ?? 0;
      const row: JournalRow = {
        ...{ org_id, id: run.id, token: Number(token) - (isLate ? 1 : 0), wake: run.wake - (missesMessage ? 1 : 0) },
        ...{ status: parks ? 'parked' : hold ? 'running' : 'waiting', due_at: due, hold, progress, ended },
        state: ended === 'completed' ? null : stateOf(org_id, run.id),
        ...{ output: null, error: null, inbox_upto: inbox?.messages.at(-1)?.id ?? null },
        parked: parks ? { code: 'paused', message: 'Paused.', at: 0 } : null,
        letter: ended === 'failed' || parks ? { id: letterId, code: 'x', message: 'Y', nodeId: null } : null,
      };
      const rows: JournalRows = {
        runs: [row],
        steps: [stepRow(org_id, run.id, step, stepStatus)],
        waitsAdded: waits ? [waitRow(org_id, run.id, step, event, match)] : [],
        waitsDropped: drops ? [{ org_id, run_id: run.id, step: step === 'a' ? 'b' : 'a' }] : [],
      };
      return store.together(async (statements) => {
        const written = await statements.commitJournal(workerId, rows);
        if (written.length > 0 && rows.waitsAdded.length > 0) await statements.offerPastEvents(rows.waitsAdded);
        return written.map(({ id, wake }) => ({ id, wake }));
      });
    },
  };
}

function stateOf(org: string, id: string) {
  const event = { type: 'manual', data: null, time: '' };
  const about = { workflowId: WORKFLOW, version: 1, triggerId: null, subjectId: null, startedAt: 0 };
  return startRun({ id, organizationId: org, event, ...about });
}

function stepRow(org_id: string, run_id: string, key: string, status: StepRow['status']): StepRow {
  return {
    ...{ org_id, run_id, key, node_id: key, item: null, seq: 1, attempt: 1, status },
    ...{ started_at: new Date(0).toISOString(), finished_at: null, due_at: null, port: null },
    ...{ input: null, output: null, error: null },
  };
}

function waitRow(org_id: string, run_id: string, step: string, event: string, match: string | null): WaitRow {
  const prefix = event.endsWith('*') ? event.slice(0, -1) : null;
  const needle = match === null ? null : `"from":${match.split('=')[1]}`;
  return { ...{ org_id, run_id, step, event, match, since: new Date(0).toISOString(), name: event }, prefix, needle };
}
