/**
 * The time machine: the real engine on a virtual clock. One queue in order of time holds when each run wakes up and
 * what comes to it from outside; whatever takes no time is done at once, run after run.
 */
import type { WorkflowDefinition } from '../definition/format.ts';
import { isJsonObject, type Json } from '../json.ts';
import { type AdvanceContext, advance } from '../run/advance.ts';
import type { RunEffect } from '../run/effect.ts';
import type { Fact, RunEvent } from '../run/event.ts';
import { compilePlan, type Plan } from '../run/plan.ts';
import type { Run, StepStatus } from '../run/run.ts';
import { startRun } from '../run/start-run.ts';
import { addDuration } from '../schedule/duration.ts';
import type { Answer } from './answer.ts';
import type { SimulatedEnd, Simulation, SimulationResult } from './simulation.ts';
import { startingTrigger } from './starting-trigger.ts';
import { createTimeQueue, type TimeQueue } from './time-queue.ts';
import { createTimeline, type Said, stepEntry, type Timeline, type Voice } from './timeline.ts';

const DEFAULTS = {
  seed: '0',
  org: { name: '', timezone: 'UTC' },
  maxEntries: 50_000,
  span: 'P1Y',
} as const;

/** Workflows that start each other get this far. */
const MAX_DEPTH = 10;

type World = {
  readonly given: Simulation;
  readonly org: AdvanceContext['org'];
  readonly queue: TimeQueue<Coming>;
  readonly timeline: Timeline;
  readonly plans: Map<string, Plan | null>;
};

/** `event` is null where it is just time that passes. */
type Coming = { readonly actor: Actor; readonly event: RunEvent | null };

/** One run, and what only the simulation knows of it. */
type Actor = Voice & {
  run: Run;
  readonly client: Json;
  readonly parent: { readonly actor: Actor; readonly step: string } | null;
  readonly depth: number;
  readonly children: Map<string, Actor>;
  readonly answered: Map<string, number>;
  readonly said: Map<string, Said>;
  readonly statuses: Map<string, StepStatus>;
  /** The wake-up that stands in the queue. */
  wakeAt: number | null;
  endedAt: number | null;
  result: Extract<RunEffect, { kind: 'finish-run' }> | null;
};

/** Touches nothing: same arguments, same answer. */
export function simulate(given: Simulation): SimulationResult {
  const org = given.org ?? DEFAULTS.org;
  const until = given.until ?? addDuration(given.from, DEFAULTS.span, org.timezone);
  const world: World = {
    given,
    org,
    queue: createTimeQueue(),
    timeline: createTimeline(given.maxEntries ?? DEFAULTS.maxEntries),
    plans: new Map(),
  };
  const plan = compilePlan(given.definition, given.catalogue);
  const actors = (given.clients ?? [null]).map((client, index) => firstActor(world, plan, client, index));
  for (const actor of actors) world.queue.put(given.from, { actor, event: { kind: 'run-started' } });
  for (let next = world.queue.take(); next !== undefined && next.at <= until; next = world.queue.take()) {
    arrive(world, next.item, next.at);
  }
  return {
    timeline: world.timeline.entries,
    ends: actors.map((actor) => endOf(actor, until)),
    truncated: world.timeline.isTruncated(),
  };
}

function arrive(world: World, { actor, event }: Coming, now: number): void {
  if (event !== null) tell(world, actor, event, now);
  // Else it may be a wake-up that has been overtaken: the run has moved on and is due at another time.
  else if (actor.wakeAt === now) {
    actor.wakeAt = null;
    tell(world, actor, { kind: 'time-passed' }, now);
  }
}

/** Gives a run an event, and then all answers that come at once. */
function tell(world: World, actor: Actor, event: RunEvent, now: number): void {
  const pending: { readonly actor: Actor; readonly event: RunEvent }[] = [{ actor, event }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { actor, event } = next;
    const wasParked = actor.run.parked;
    const { run, effects } = advance(actor.plan, actor.run, event, { now, client: actor.client, org: world.org });
    actor.run = run;
    for (const effect of effects) pending.push(...carryOut(world, actor, effect, now));
    if (run.parked !== null && wasParked === null) {
      world.timeline.add(actor, now, 'parked', null, { code: run.parked.code, message: run.parked.message });
    }
    if (run.dueAt !== actor.wakeAt && run.dueAt !== null) world.queue.put(run.dueAt, { actor, event: null });
    actor.wakeAt = run.dueAt;
  }
}

type Answered = readonly { readonly actor: Actor; readonly event: RunEvent }[];

/** Pretends to do what the run asks for; what takes time goes into the queue. */
function carryOut(world: World, actor: Actor, effect: RunEffect, now: number): Answered {
  switch (effect.kind) {
    case 'perform-action':
      return perform(world, actor, effect, now);
    case 'await-event':
      awaitEvent(world, actor, effect, now);
      return [];
    case 'start-child':
      return startChild(world, actor, effect, now);
    case 'cancel-child': {
      const child = actor.children.get(effect.step);
      return child === undefined ? [] : [{ actor: child, event: { kind: 'cancel-requested' } }];
    }
    case 'record-step': {
      const { record } = effect;
      const entry = stepEntry(actor.plan, record, actor.statuses.get(record.key), actor.said.get(record.key));
      actor.statuses.set(record.key, record.status);
      if (entry !== null) world.timeline.add(actor, now, entry.kind, record.nodeId, entry.detail);
      return [];
    }
    case 'finish-run':
      return finish(world, actor, effect, now);
    case 'forget-event':
      return [];
  }
}

type EffectOf<Kind extends RunEffect['kind']> = Extract<RunEffect, { kind: Kind }>;

function perform(world: World, actor: Actor, effect: EffectOf<'perform-action'>, now: number): Answered {
  const answer = nextAnswer(world, actor, effect.nodeId);
  const event = answerEvent(world, actor, effect, answer, now);
  return later(world, actor, event, answer, now);
}

function answerEvent(
  world: World,
  actor: Actor,
  { step, attempt, type, input }: EffectOf<'perform-action'>,
  answer: Answer | undefined,
  now: number,
): RunEvent {
  if (answer?.kind === 'error') return { kind: 'action-failed', step, attempt, failure: failureOf(answer) };
  const dry = world.given.perform(type, input, { now });
  if (dry.kind === 'done') actor.said.set(step, dry);
  if (answer?.kind === 'output') return { kind: 'action-completed', step, attempt, output: answer.output };
  if (dry.kind === 'failed') return { kind: 'action-failed', step, attempt, failure: dry.failure };
  return { kind: 'action-completed', step, attempt, output: dry.output };
}

function failureOf({ code, message, retry }: Extract<Answer, { kind: 'error' }>) {
  return { code, message, kind: retry ? 'retry' : 'terminal' } as const;
}

/** Without an answer nothing comes, and the wait ends by its time-out. */
function awaitEvent(world: World, actor: Actor, { step, event }: EffectOf<'await-event'>, now: number): void {
  const answer = nextAnswer(world, actor, nodeOf(step));
  if (answer?.kind !== 'event') return;
  const at = dueAt(world, answer, now);
  const type = answer.type ?? event.replace(/\.?\*$/, '');
  const offered: Fact = { type, data: answer.data, time: new Date(at).toISOString() };
  world.queue.put(at, { actor, event: { kind: 'event-received', step, event: offered } });
}

function startChild(world: World, actor: Actor, effect: EffectOf<'start-child'>, now: number): Answered {
  const { step, workflowId, input } = effect;
  const answer = nextAnswer(world, actor, nodeOf(step));
  const done = { kind: 'child-finished', step, runId: `${actor.run.id}/${step}`, output: null, error: null } as const;
  if (answer?.kind === 'output') {
    return later(world, actor, { ...done, status: 'completed', output: answer.output }, answer, now);
  }
  if (answer?.kind === 'error') {
    const { code, message } = answer;
    return later(world, actor, { ...done, status: 'failed', error: { code, message, nodeId: null } }, answer, now);
  }
  const plan = planOf(world, workflowId);
  if (plan === null) return [{ actor, event: { ...done, status: 'completed' } }];
  if (actor.depth >= MAX_DEPTH) {
    const error = { code: 'too_deep', message: `Workflows start each other ${MAX_DEPTH} deep.`, nodeId: null };
    return [{ actor, event: { ...done, status: 'failed', error } }];
  }
  const child = createActor(world, {
    plan,
    id: `${done.runId}/${effect.attempt}`,
    workflowId,
    clientId: actor.clientId,
    client: actor.client,
    event: { type: 'workflow', data: input, time: new Date(now).toISOString() },
    triggerId: null,
    startedAt: now,
    parent: { actor, step },
  });
  actor.children.set(step, child);
  return [{ actor: child, event: { kind: 'run-started' } }];
}

function finish(world: World, actor: Actor, effect: EffectOf<'finish-run'>, now: number): Answered {
  const { status, output, error } = effect;
  actor.endedAt = now;
  actor.result = effect;
  world.timeline.add(actor, now, 'finished', error?.nodeId ?? null, { status, output, error });
  if (actor.parent === null) return [];
  const { actor: parent, step } = actor.parent;
  return [{ actor: parent, event: { kind: 'child-finished', step, runId: actor.run.id, status, output, error } }];
}

function later(world: World, actor: Actor, event: RunEvent, answer: Answer | undefined, now: number): Answered {
  const at = answer === undefined ? now : dueAt(world, answer, now);
  if (at <= now) return [{ actor, event }];
  world.queue.put(at, { actor, event });
  return [];
}

function dueAt(world: World, { after }: Answer, now: number): number {
  return after === undefined ? now : addDuration(now, after, world.org.timezone);
}

/** Each execution or attempt of a node uses up one answer; the last one stays. */
function nextAnswer(world: World, actor: Actor, nodeId: string): Answer | undefined {
  const answers = world.given.answers;
  if (answers === undefined || !Object.hasOwn(answers, nodeId)) return undefined;
  const used = actor.answered.get(nodeId) ?? 0;
  actor.answered.set(nodeId, used + 1);
  return answers[nodeId]?.[used] ?? answers[nodeId]?.at(-1);
}

function nodeOf(step: string): string {
  return step.split(/[#@]/, 1)[0] as string;
}

function planOf(world: World, workflowId: string): Plan | null {
  const known = world.plans.get(workflowId);
  if (known !== undefined) return known;
  const definition: WorkflowDefinition | undefined = world.given.workflows?.(workflowId);
  const plan = definition === undefined ? null : compilePlan(definition, world.given.catalogue);
  world.plans.set(workflowId, plan);
  return plan;
}

function firstActor(world: World, plan: Plan, client: Json, index: number): Actor {
  const { event, from, seed = DEFAULTS.seed, definition } = world.given;
  const type = event?.type ?? 'manual';
  return createActor(world, {
    plan,
    id: `${seed}-${index}`,
    workflowId: undefined,
    clientId: client === null ? undefined : clientIdOf(client, index),
    client,
    event: { type, data: event?.data ?? null, time: event?.time ?? new Date(from).toISOString() },
    triggerId: startingTrigger(definition, type),
    startedAt: from,
    parent: null,
  });
}

function createActor(
  world: World,
  made: Voice & {
    readonly id: string;
    readonly client: Json;
    readonly event: Fact;
    readonly triggerId: string | null;
    readonly startedAt: number;
    readonly parent: Actor['parent'];
  },
): Actor {
  const { plan, workflowId, clientId, client, parent, event, startedAt } = made;
  const run = startRun({
    id: made.id,
    organizationId: 'simulation',
    workflowId: workflowId ?? 'simulated',
    version: 0,
    triggerId: made.triggerId,
    event,
    subjectId: clientId ?? null,
    startedAt,
  });
  const voice = { plan, workflowId, clientId };
  world.timeline.add(voice, startedAt, 'started', null, { event: { type: event.type, data: event.data } });
  return {
    ...voice,
    run,
    client,
    parent,
    depth: parent === null ? 0 : parent.actor.depth + 1,
    children: new Map(),
    answered: new Map(),
    said: new Map(),
    statuses: new Map(),
    wakeAt: null,
    endedAt: null,
    result: null,
  };
}

function clientIdOf(client: Json, index: number): string {
  const id = isJsonObject(client) ? client.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : `client-${index + 1}`;
}

function endOf({ run, clientId, endedAt, result }: Actor, until: number): SimulatedEnd {
  return {
    ...(clientId !== undefined && { clientId }),
    status: run.status,
    at: new Date(endedAt ?? until).toISOString(),
    steps: run.state.started,
    output: result?.output ?? null,
    error: result?.error ?? null,
  };
}
