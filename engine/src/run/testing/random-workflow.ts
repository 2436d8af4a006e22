/** Random workflows, and an oracle that says how each of their steps must end. Shares no code with the interpreter. */
import type { Json } from '../../json.ts';
import type { Reply, Sketch } from './world.ts';

/** A whole number from 0 up to, not including, `below`. */
export type Pick = (below: number) => number;

export type Region = readonly RandomNode[];
export type RandomNode = {
  readonly id: string;
  readonly kind: Kind;
  /** From an earlier node of the region, or `null` for where the region begins. */
  readonly incoming: readonly { readonly from: RandomNode | null; readonly port: string }[];
  readonly disabled: boolean;
};

type Kind =
  | { readonly kind: 'action'; readonly fate: Fate; readonly onError: 'stop' | 'continue' | 'branch' }
  | { readonly kind: 'if'; readonly holds: 'always' | 'never' | 'even' }
  | { readonly kind: 'filter'; readonly holds: boolean }
  | { readonly kind: 'join'; readonly mode: 'all' | 'any' }
  | { readonly kind: 'delay'; readonly hours: number }
  | { readonly kind: 'listen'; readonly comes: boolean }
  | { readonly kind: 'set' }
  | { readonly kind: 'loop'; readonly items: number; readonly concurrency: number; readonly body: Region };

/** `flaky` fails once, `busy` each time, `refused` for good. */
export type Fate = 'fine' | 'flaky' | 'busy' | 'refused';

export type Limits = {
  readonly nodes: number;
  readonly depth: number;
  readonly fates: readonly Fate[];
  readonly mayStop: boolean;
};

export function randomRegion(pick: Pick, limits: Limits, prefix = 'n'): Region {
  const nodes: RandomNode[] = [];
  const count = 1 + pick(limits.nodes);
  for (let index = 0; index < count; index += 1) {
    const id = `${prefix}${index}`;
    nodes.push({
      id,
      kind: randomKind(pick, limits, id),
      incoming: randomEdges(pick, nodes),
      disabled: pick(12) === 0,
    });
  }
  return nodes;
}

export function sketchOf(region: Region, settings: object = {}): Sketch {
  const nodes: { [id: string]: readonly [string, object?, object?] } = {};
  const edges: string[] = [];
  const add = (inner: Region, begin: string) => {
    for (const node of inner) {
      nodes[node.id] = nodeOf(node);
      for (const { from, port } of node.incoming)
        edges.push(`${from === null ? begin : `${from.id}.${port}`} > ${node.id}`);
      if (node.kind.kind === 'loop') add(node.kind.body, `${node.id}.each`);
    }
  };
  add(region, 'begin');
  return { nodes, edges, settings };
}

/** The same with a compensation for each action: `undo_n0` for `n0`, which says what it undoes. */
export function withUndo(region: Region, given: Sketch): Sketch {
  const nodes = { ...given.nodes };
  for (const { id } of allNodes(region)) {
    const [type = '', input = {}, fields] = nodes[id] ?? [];
    if (type !== 'test.do') continue;
    nodes[id] = [type, input, { ...fields, compensate: `undo_${id}` }];
    nodes[`undo_${id}`] = ['test.do', { undoes: { $: `steps.${id}.output` } }];
  }
  return { ...given, nodes, settings: { onError: 'rollback' } };
}

/** What the world answers to an attempt. Outputs tell the step, so that mix-ups show. */
export function replyOf(
  region: Region,
): (asked: { step: string; nodeId: string; attempt: number }) => NonNullable<Reply> {
  const fates = new Map(
    allNodes(region).map((node) => [node.id, node.kind.kind === 'action' ? node.kind.fate : 'fine']),
  );
  return ({ step, nodeId, attempt }) => {
    const failure = { code: 'x', message: 'Planned' };
    switch (fates.get(nodeId)) {
      case 'flaky':
        return attempt === 1 ? { failure: { ...failure, kind: 'retry' } } : { output: step };
      case 'busy':
        return { failure: { ...failure, kind: 'retry' } };
      case 'refused':
        return { failure: { ...failure, kind: 'terminal' } };
      case 'fine':
      case undefined:
        return { output: step };
    }
  };
}

/** Steps that wait for an event that comes. */
export function comes(region: Region, nodeId: string): boolean {
  const kind = allNodes(region).find((node) => node.id === nodeId)?.kind;
  return kind?.kind === 'listen' && kind.comes;
}

export function allNodes(region: Region): readonly RandomNode[] {
  return region.flatMap((node) => [node, ...(node.kind.kind === 'loop' ? allNodes(node.kind.body) : [])]);
}

/** `status port` by step key, for every step that can end; and whether some step must fail the run. */
export type Expected = { readonly steps: ReadonlyMap<string, string>; readonly fails: boolean };

export function expectedOf(region: Region): Expected {
  const steps = new Map<string, string>();
  const fails = !judge(region, [], steps);
  return { steps, fails };
}

/** Undefined: never gets that far, since the run fails before. Null: the path ends. */
type Exit = string | null | undefined;

function judge(region: Region, path: readonly number[], steps: Map<string, string>): boolean {
  const exits = new Map<RandomNode | null, Exit>();
  for (const node of region) {
    const edges = node.incoming.map(({ from, port }) => {
      if (from === null) return 'taken';
      const exit = exits.get(from);
      return exit === undefined ? 'open' : exit === port ? 'taken' : 'dead';
    });
    const isAny = node.kind.kind === 'join' && node.kind.mode === 'any';
    const isOpen = edges.includes('open');
    const key = [node.id, ...(path.length > 0 ? [path.join('.')] : [])].join('#');
    if (edges.includes('taken') && (isAny || !isOpen)) exits.set(node, runNode(node, path, key, steps));
    else if (isOpen) exits.set(node, undefined);
    else {
      steps.set(key, 'skipped');
      exits.set(node, null);
    }
  }
  return region.every((node) => exits.get(node) !== undefined);
}

function runNode(node: RandomNode, path: readonly number[], key: string, steps: Map<string, string>): Exit {
  const { kind } = node;
  const end = (status: string, port: string | null): Exit => {
    steps.set(key, port === null ? status : `${status} ${port}`);
    return port;
  };
  if (node.disabled) return end('skipped', passPort(kind));
  switch (kind.kind) {
    case 'action':
      if (kind.fate === 'fine' || kind.fate === 'flaky') return end('completed', 'next');
      if (kind.onError === 'continue') return end('failed', 'next');
      if (kind.onError === 'branch') return end('failed', 'error');
      steps.set(key, 'failed');
      return undefined;
    case 'if': {
      const holds = kind.holds === 'even' ? (path.at(-1) ?? 0) % 2 === 0 : kind.holds === 'always';
      return end('completed', String(holds));
    }
    case 'filter':
      return end('completed', kind.holds ? 'next' : null);
    case 'listen':
      return end('completed', kind.comes ? 'received' : 'timeout');
    case 'join':
    case 'delay':
    case 'set':
      return end('completed', 'next');
    case 'loop': {
      const turns = Array.from({ length: kind.items }, (_, index) => judge(kind.body, [...path, index], steps));
      return turns.every(Boolean) ? end('completed', 'done') : undefined;
    }
  }
}

function passPort(kind: Kind): string {
  switch (kind.kind) {
    case 'if':
      return 'true';
    case 'listen':
      return 'received';
    case 'loop':
      return 'done';
    case 'action':
    case 'filter':
    case 'join':
    case 'delay':
    case 'set':
      return 'next';
  }
}

function portsOf({ kind }: RandomNode): readonly string[] {
  switch (kind.kind) {
    case 'if':
      return ['true', 'false'];
    case 'listen':
      return ['received', 'timeout'];
    case 'loop':
      return ['done'];
    case 'action':
      return kind.onError === 'branch' ? ['next', 'error'] : ['next'];
    case 'filter':
    case 'join':
    case 'delay':
    case 'set':
      return ['next'];
  }
}

function randomEdges(pick: Pick, earlier: readonly RandomNode[]): RandomNode['incoming'] {
  const edges: { from: RandomNode | null; port: string }[] = [];
  if (earlier.length === 0 || pick(4) === 0) edges.push({ from: null, port: 'next' });
  for (const from of earlier) {
    for (const port of portsOf(from)) if (pick(3) === 0) edges.push({ from, port });
  }
  return edges.length > 0 ? edges : [{ from: null, port: 'next' }];
}

function randomKind(pick: Pick, limits: Limits, id: string): Kind {
  switch (pick(limits.depth > 0 ? 12 : 10)) {
    case 0:
    case 1:
      return { kind: 'if', holds: (['always', 'never', 'even'] as const)[pick(3)] ?? 'always' };
    case 2:
      return { kind: 'filter', holds: pick(3) > 0 };
    case 3:
      return { kind: 'join', mode: pick(2) === 0 ? 'all' : 'any' };
    case 4:
      return { kind: 'delay', hours: pick(4) };
    case 5:
      return { kind: 'listen', comes: pick(2) === 0 };
    case 6:
      return { kind: 'set' };
    case 10:
    case 11: {
      const inner = { ...limits, nodes: Math.max(1, limits.nodes - 2), depth: limits.depth - 1 };
      return { kind: 'loop', items: pick(4), concurrency: 1 + pick(3), body: randomRegion(pick, inner, `${id}_`) };
    }
    default: {
      const fate = limits.fates[pick(limits.fates.length)] ?? 'fine';
      const onError = (['continue', 'branch', 'stop'] as const)[pick(limits.mayStop ? 3 : 2)] ?? 'stop';
      return { kind: 'action', fate, onError };
    }
  }
}

function nodeOf({ kind, disabled, id }: RandomNode): readonly [string, object, object] {
  const fields = disabled ? { disabled } : {};
  switch (kind.kind) {
    case 'action':
      return [
        'test.do',
        { node: id } satisfies { [key: string]: Json },
        { ...fields, onError: kind.onError, retry: { attempts: 2 } },
      ];
    case 'if':
      return ['flow.if', { condition: conditionOf(kind.holds) }, fields];
    case 'filter':
      return ['flow.filter', { condition: String(kind.holds) }, fields];
    case 'join':
      return ['flow.join', { mode: kind.mode }, fields];
    case 'delay':
      return ['flow.delay', { for: `PT${kind.hours}H` }, fields];
    case 'listen':
      return ['flow.wait_for_event', { event: 'x', ...(!kind.comes && { timeout: 'PT1H' }) }, fields];
    case 'set':
      return ['flow.set', { vars: { [id]: { $: 'now' } } }, fields];
    case 'loop': {
      const items = Array.from({ length: kind.items }, (_, index) => index);
      return ['flow.loop', { items, concurrency: kind.concurrency, collect: { $: 'item' } }, fields];
    }
  }
}

/** Outside loops there is no index; the oracle counts that as even. */
function conditionOf(holds: 'always' | 'never' | 'even'): string {
  switch (holds) {
    case 'always':
      return 'true';
    case 'never':
      return 'false';
    case 'even':
      return 'has(vars.nothing) || default(index, 0) % 2 == 0';
  }
}
