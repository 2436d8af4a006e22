/** Random workflows for the simulator: the interpreter's own generator decides the shape, here the actions are chosen. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import {
  allNodes,
  type Fate,
  type RandomNode,
  type Region,
  randomRegion,
  sketchOf,
} from '@mainspring/engine/run/testing/random-workflow.ts';
import { sketch } from '@mainspring/engine/run/testing/world.ts';
import type { Random } from '../random.ts';

export type SimulatedWorkflow = {
  readonly id: string;
  /** What its steps must come to, for the oracle. */
  readonly region: Region;
  readonly definition: WorkflowDefinition;
  readonly event: string;
};

/** Started by other workflows only. */
export type ChildWorkflows = { readonly good: SimulatedWorkflow; readonly bad: SimulatedWorkflow };

const FATES: readonly Fate[] = ['fine', 'fine', 'fine', 'flaky', 'busy', 'refused'];
/** Faults of the world are fewer for one key, so that a step's end is decided by its fate alone. */
const ATTEMPTS = 14;
const BUSY_ATTEMPTS = 2;

export function drawChildren(random: Random): ChildWorkflows {
  const limits = { nodes: 3, depth: 0, fates: ['fine', 'flaky'] as const, mayStop: false };
  const good = drawRegion(random, limits);
  const bad: Region = [
    {
      id: 'n0',
      kind: { kind: 'action', fate: 'refused', onError: 'stop' },
      incoming: [{ from: null, port: 'next' }],
      disabled: false,
    },
  ];
  return {
    good: workflowOf(random, 'child-good', good, { triggers: BY_HAND, children: null, settings: {} }),
    bad: workflowOf(random, 'child-bad', bad, { triggers: BY_HAND, children: null, settings: {} }),
  };
}

export function drawWorkflow(random: Random, index: number, children: ChildWorkflows): SimulatedWorkflow {
  const mayStop = random.chance(0.3);
  const region = drawRegion(random, { nodes: 5, depth: random.chance(0.3) ? 1 : 0, fates: FATES, mayStop });
  const event = `lead.${index}`;
  const settings = {
    ...(random.chance(0.3) && { order: 'subject' }),
    ...(random.chance(0.2) && { concurrency: 1 + random.below(2) }),
  };
  const triggers = [{ id: 'begin', type: 'event', event }];
  return workflowOf(random, `flow-${index}`, region, { triggers, children, settings });
}

const BY_HAND = [{ id: 'begin', type: 'manual' }];

function drawRegion(random: Random, limits: Parameters<typeof randomRegion>[1]): Region {
  return randomRegion(random.below, limits);
}

type Frame = {
  readonly triggers: readonly object[];
  readonly children: ChildWorkflows | null;
  readonly settings: object;
};

function workflowOf(random: Random, id: string, region: Region, frame: Frame): SimulatedWorkflow {
  const plain = sketchOf(region, frame.settings);
  const nodes = { ...plain.nodes };
  for (const node of allNodes(region)) {
    const fields = nodes[node.id]?.[2] ?? {};
    const work = workOf(random, node, frame.children);
    if (work !== null) nodes[node.id] = [work.type, work.input, { ...fields, ...work.fields }];
  }
  const definition = sketch({ ...plain, nodes, triggers: frame.triggers });
  return { id, region, definition, event: 'event' in (frame.triggers[0] ?? {}) ? `lead.${id.split('-')[1]}` : '' };
}

type NodeWork = { readonly type: string; readonly input: object; readonly fields: object };

/** Null: as the generator made it. */
function workOf(random: Random, node: RandomNode, children: ChildWorkflows | null): NodeWork | null {
  const { kind } = node;
  switch (kind.kind) {
    case 'action':
      return actionOf(random, node.id, kind.fate, children);
    case 'delay':
      if (random.chance(0.4)) return actionOf(random, node.id, 'fine', children);
      return { type: 'flow.delay', input: { for: `PT${[0, 0.4, 1.5, 4][kind.hours] ?? 1}S` }, fields: {} };
    case 'listen':
      return listenOf(random, kind.comes);
    case 'set':
      if (random.chance(0.5)) return actionOf(random, node.id, 'fine', children);
      if (children === null || !random.chance(0.5)) return null;
      return { type: 'flow.workflow', input: childInput(children.good.id, node.id, false), fields: {} };
    case 'if':
    case 'filter':
    case 'join':
    case 'loop':
      return null;
  }
}

function actionOf(random: Random, id: string, fate: Fate, children: ChildWorkflows | null): NodeWork {
  const isDecided = fate === 'fine' || fate === 'refused';
  if (children !== null && isDecided && random.chance(0.25)) {
    const child = fate === 'fine' ? children.good : children.bad;
    return { type: 'flow.workflow', input: childInput(child.id, id, true), fields: { retry: { attempts: 1 } } };
  }
  const types = ['sim.call', 'sim.call', 'sim.once', 'sim.note', ...(isDecided ? ['sim.echo'] : [])];
  const type = random.pick(types);
  const input = { node: id, fate, n: { $: 'event.data.n' }, ...(random.chance(0.5) && { at: { $: 'now' } }) };
  const retry = { attempts: fate === 'busy' ? BUSY_ATTEMPTS : ATTEMPTS, backoff: 'fixed', initial: 'PT0.3S' };
  return { type, input, fields: { retry, timeout: 'PT3S' } };
}

function childInput(workflow: string, node: string, wait: boolean) {
  return { workflow, input: { n: { $: 'event.data.n' }, calledBy: node }, wait };
}

function listenOf(random: Random, comes: boolean): NodeWork {
  if (!comes) return { type: 'flow.wait_for_event', input: { event: 'silence', timeout: 'PT2S' }, fields: {} };
  const input = {
    event: random.chance(0.3) ? 'signal.*' : 'signal.came',
    ...(random.chance(0.8) && { where: 'event.data.run == run.id' }),
    ...(random.chance(0.3) && { lookback: 'PT5S' }),
  };
  return { type: 'flow.wait_for_event', input, fields: {} };
}
