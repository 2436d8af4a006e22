/** Drives runs by hand in tests: a clock, actions that answer as they are told, and the history as it was recorded. */
import type { ActionFacts, Catalogue } from '../../definition/catalogue.ts';
import { definitionSchema, type WorkflowDefinition } from '../../definition/format.ts';
import type { Json } from '../../json.ts';
import { advance } from '../advance.ts';
import type { RunEffect } from '../effect.ts';
import type { ActionFailure, RunEvent } from '../event.ts';
import { compilePlan, type Plan } from '../plan.ts';
import type { Run, RunIdentity, StepRecord } from '../run.ts';
import { startRun } from '../start-run.ts';

export type PerformAction = Extract<RunEffect, { kind: 'perform-action' }>;
export type Reply = { readonly output: Json } | { readonly failure: ActionFailure } | null;

/** `nodes` by id: the type, then the input and other fields. `edges` as `a > b` or `a.port > b`. */
export type Sketch = {
  readonly nodes: { readonly [id: string]: readonly [type: string, input?: object, fields?: object] };
  readonly edges?: readonly string[];
  readonly settings?: object;
  readonly triggers?: readonly object[];
};

export function sketch({ nodes, edges = [], settings = {}, triggers }: Sketch): WorkflowDefinition {
  return definitionSchema.parse({
    format: 'mainspring/workflow@1',
    name: 'Test',
    triggers: triggers ?? [{ id: 'begin', type: 'manual' }],
    nodes: Object.entries(nodes).map(([id, [type, input = {}, fields = {}]]) => ({ id, type, input, ...fields })),
    edges: edges.map(readEdge),
    settings,
  });
}

function readEdge(text: string): { from: string; to: string; port?: string } {
  const [source = '', to = ''] = text.split('>').map((part) => part.trim());
  const [from = '', port] = source.split('.');
  return { from, to, ...(port !== undefined && { port }) };
}

/** `test.do` may be repeated, `test.once` may not, `test.fragile` has a retry of its own; all else is unknown. */
export const testCatalogue: Catalogue = {
  find: (type) => {
    const facts: ActionFacts = {
      type,
      title: type,
      effect: type === 'test.pure' ? 'pure' : 'external',
      repeatable: type !== 'test.once',
      inputSchema: {},
      outputSchema: {},
    };
    if (type === 'test.fragile') return { ...facts, retry: { attempts: 2, backoff: 'fixed', initial: 'PT10S' } };
    return type.startsWith('test.') ? facts : undefined;
  },
};

export const START = Date.UTC(2026, 2, 1, 12);

export type World = {
  readonly plan: Plan;
  run: Run;
  now: number;
  client: Json;
  readonly effects: RunEffect[];
  /** The last record of each step. */
  readonly steps: Map<string, StepRecord>;
  /** Attempts that have been asked for and not answered. */
  readonly pending: PerformAction[];
  /** Effects of the last event. */
  last: readonly RunEffect[];
};

export function createWorld(given: Sketch | WorkflowDefinition, identity: Partial<RunIdentity> = {}): World {
  const definition = 'format' in given ? given : sketch(given);
  return {
    plan: compilePlan(definition, testCatalogue),
    run: startRun({
      id: 'run-1',
      organizationId: 'org-1',
      workflowId: 'workflow-1',
      version: 1,
      triggerId: definition.triggers[0]?.id ?? null,
      event: { type: 'manual', data: { n: 1 }, time: new Date(START).toISOString() },
      subjectId: null,
      startedAt: START,
      ...identity,
    }),
    now: START,
    client: null,
    effects: [],
    steps: new Map(),
    pending: [],
    last: [],
  };
}

export function send(world: World, event: RunEvent): readonly RunEffect[] {
  const context = { now: world.now, client: world.client, org: { name: 'Org', timezone: 'UTC' } };
  const { run, effects } = advance(world.plan, world.run, event, context);
  world.run = run;
  world.last = effects;
  world.effects.push(...effects);
  for (const effect of effects) {
    if (effect.kind === 'record-step') world.steps.set(effect.record.key, effect.record);
    if (effect.kind === 'perform-action') world.pending.push(effect);
  }
  return effects;
}

export function begin(world: World): World {
  send(world, { kind: 'run-started' });
  return world;
}

/** Answers attempts in the order in which they were asked for, those that follow included, until none is left. */
export function answerAll(world: World, reply: (asked: PerformAction) => Reply = () => ({ output: 'ok' })): World {
  for (let at = 0; at < world.pending.length; ) {
    const asked = world.pending[at] as PerformAction;
    const given = reply(asked);
    if (given === null) {
      at += 1;
      continue;
    }
    world.pending.splice(at, 1);
    answer(world, asked, given);
  }
  return world;
}

export function answer(world: World, asked: PerformAction, given: NonNullable<Reply>): void {
  const { step, attempt } = asked;
  if ('output' in given) send(world, { kind: 'action-completed', step, attempt, output: given.output });
  else send(world, { kind: 'action-failed', step, attempt, failure: given.failure });
}

/** Answers the one attempt that is asked of this step. */
export function reply(world: World, step: string, given: NonNullable<Reply> = { output: 'ok' }): void {
  const at = world.pending.findIndex((asked) => asked.step === step);
  const [asked] = at === -1 ? [] : world.pending.splice(at, 1);
  if (asked === undefined) throw new Error(`Nothing is asked of '${step}': ${world.pending.map((one) => one.step)}`);
  answer(world, asked, given);
}

export function passTime(world: World, ms: number): void {
  world.now += ms;
  send(world, { kind: 'time-passed' });
}

/** Lets time pass and actions answer until the run ends or only something from outside can move it. */
export function runToEnd(world: World, reply?: (asked: PerformAction) => Reply): World {
  if (world.run.status === 'queued') begin(world);
  for (let turns = 0; turns < 10_000; turns += 1) {
    answerAll(world, reply);
    if (world.run.dueAt === null) return world;
    world.now = Math.max(world.now, world.run.dueAt);
    send(world, { kind: 'time-passed' });
  }
  throw new Error('The run does not end.');
}

/** `key: status` or `key: status port`, in the order in which steps began. */
export function history(world: World): readonly string[] {
  const records = [...world.steps.values()].sort((one, other) => one.seq - other.seq);
  return records.map(({ key, status, port }) => `${key}: ${status}${port === null ? '' : ` ${port}`}`);
}

export function step(world: World, key: string): StepRecord {
  const record = world.steps.get(key);
  if (record === undefined) throw new Error(`No record of '${key}'; there are ${[...world.steps.keys()].join(', ')}`);
  return record;
}

export function ending(world: World): Extract<RunEffect, { kind: 'finish-run' }> | undefined {
  const endings = world.effects.filter((effect) => effect.kind === 'finish-run');
  return endings.at(-1);
}

export const failures = {
  retry: { failure: { kind: 'retry', code: 'busy', message: 'Try later' } },
  terminal: { failure: { kind: 'terminal', code: 'refused', message: 'No' } },
  unknown: { failure: { kind: 'unknown', code: 'outcome_unknown', message: 'Connection lost.' } },
} as const satisfies { readonly [kind: string]: Reply };

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
