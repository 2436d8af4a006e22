import fc from 'fast-check';
import { expect, test } from 'vitest';
import { simulate } from '../simulate/simulate.ts';
import type { RunEffect } from './effect.ts';
import type { Run } from './run.ts';
import {
  allNodes,
  comes,
  expectedOf,
  type Fate,
  type Pick,
  type Region,
  randomRegion,
  replyOf,
  sketchOf,
  withUndo,
} from './testing/random-workflow.ts';
import {
  answer,
  begin,
  createWorld,
  ending,
  type PerformAction,
  type Reply,
  START,
  send,
  sketch,
  testCatalogue,
  type World,
} from './testing/world.ts';

const ALL_FATES: readonly Fate[] = ['fine', 'fine', 'flaky', 'busy', 'refused'];

/** A workflow and an endless row of choices; both follow from fast-check's seed, and shrink. */
function cases(limits: { readonly fates?: readonly Fate[]; readonly mayStop?: boolean } = {}) {
  return fc.gen().map((gen) => {
    const pick: Pick = (below) => gen(fc.nat, { max: below - 1 });
    const region = randomRegion(pick, {
      nodes: 7,
      depth: 2,
      fates: limits.fates ?? ALL_FATES,
      mayStop: limits.mayStop ?? true,
    });
    return { region, seed: gen(fc.nat, { max: 0x7fffffff }) };
  });
}

function choices(seed: number): Pick {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

type Move =
  | { readonly kind: 'answer'; readonly asked: PerformAction }
  | { readonly kind: 'event'; readonly step: string }
  | { readonly kind: 'time' };

/** All that could happen next, in an order that depends on the run's state alone. */
function movesOf(world: World, region: Region): readonly Move[] {
  const asked = [...world.pending].sort((one, other) => (one.step < other.step ? -1 : 1));
  const listening = [...world.steps.values()].filter(
    ({ status, nodeId }) => status === 'waiting' && comes(region, nodeId),
  );
  return [
    ...asked.map((one): Move => ({ kind: 'answer', asked: one })),
    ...listening.map(({ key }): Move => ({ kind: 'event', step: key })).sort(),
    ...(world.run.dueAt === null ? [] : [{ kind: 'time' } as const]),
  ];
}

function make(world: World, move: Move, replies: (asked: PerformAction) => NonNullable<Reply>): void {
  switch (move.kind) {
    case 'answer':
      world.pending.splice(world.pending.indexOf(move.asked), 1);
      answer(world, move.asked, replies(move.asked));
      return;
    case 'event':
      send(world, { kind: 'event-received', step: move.step, event: { type: 'x', data: null, time: '' } });
      return;
    case 'time':
      world.now = Math.max(world.now, world.run.dueAt ?? 0);
      send(world, { kind: 'time-passed' });
  }
}

type Script = {
  readonly region: Region;
  readonly seed: number;
  /** Called before each move. */
  readonly before?: (world: World, move: number) => void;
  readonly replies?: (asked: PerformAction) => NonNullable<Reply>;
};

const MOST_MOVES = 5000;

function play(world: World, { region, seed, before, replies = replyOf(region) }: Script): World {
  const choose = choices(seed);
  if (world.run.status === 'queued') begin(world);
  for (let move = 0; move < MOST_MOVES; move += 1) {
    before?.(world, move);
    const moves = movesOf(world, region);
    const next = moves[choose(Math.max(1, moves.length))];
    if (next === undefined) return world;
    make(world, next, replies);
  }
  throw new Error('The run does not end.');
}

function isOver(run: Run): boolean {
  return run.status === 'completed' || run.status === 'failed' || run.status === 'cancelled';
}

/** How steps ended, without those that were cut off with the run. */
function ended(world: World): ReadonlyMap<string, string> {
  const own = [...world.steps.values()].filter(
    ({ error }) => error?.code !== 'cancelled' && error?.code !== 'iteration_failed',
  );
  return new Map(own.map(({ key, status, port }) => [key, port === null ? status : `${status} ${port}`]));
}

function expectAsSaid(world: World, region: Region, expected = expectedOf(region)): void {
  expect(world.run.status).toBe(expected.fails ? 'failed' : 'completed');
  if (!expected.fails) {
    expect(new Map([...ended(world)].sort())).toEqual(new Map([...expected.steps].sort()));
    return;
  }
  // A run that fails stops somewhere on the way. As far as it came, all is as expected, but for attempts not made.
  for (const [key, end] of ended(world)) {
    if (end === 'failed' && mayLackAttempts(region, world, key)) continue;
    expect([key, end]).toEqual([key, expected.steps.get(key)]);
  }
}

function mayLackAttempts(region: Region, world: World, key: string): boolean {
  const record = world.steps.get(key);
  const kind = allNodes(region).find(({ id }) => id === record?.nodeId)?.kind;
  return record?.attempt === 1 && kind?.kind === 'action' && (kind.fate === 'flaky' || kind.fate === 'busy');
}

function expectSound(world: World): void {
  const { effects } = world;
  expect(effects.filter((effect) => effect.kind === 'finish-run')).toHaveLength(1);
  expect(world.pending).toEqual([]);
  const firsts = effects.flatMap((effect) =>
    effect.kind === 'perform-action' && effect.attempt === 1 ? [effect.step] : [],
  );
  expect(new Set(firsts).size).toBe(firsts.length);
  const seqs = [...world.steps.values()].map(({ seq }) => seq);
  expect(new Set(seqs).size).toBe(seqs.length);
  for (const { status } of world.steps.values())
    expect(['completed', 'failed', 'skipped', 'compensated']).toContain(status);
}

test('every run ends, each step at most once, as the rules of edges say', () => {
  fc.assert(
    fc.property(cases(), ({ region, seed }) => {
      const world = play(createWorld(sketchOf(region)), { region, seed });
      expectAsSaid(world, region);
      expectSound(world);
    }),
    { numRuns: 600 },
  );
});

test('a run that is stored and taken over at any point ends in the same state as one never cut', () => {
  fc.assert(
    fc.property(cases(), fc.nat(3), ({ region, seed }, every) => {
      const whole = play(createWorld(sketchOf(region)), { region, seed });
      const cut = play(createWorld(sketchOf(region)), {
        region,
        seed,
        before: (world, move) => {
          if (move % (every + 1) !== 0 || isOver(world.run)) return;
          world.run = JSON.parse(JSON.stringify(world.run));
          const lost = world.pending.splice(0);
          send(world, { kind: 'run-recovered' });
          expect(new Set(world.pending)).toEqual(new Set(lost));
        },
      });
      expect(cut.run).toEqual(whole.run);
      expect(ended(cut)).toEqual(ended(whole));
      expect(ending(cut)).toEqual(ending(whole));
    }),
    { numRuns: 300 },
  );
});

test('the run passed in is never changed, and the same event gives the same answer', () => {
  fc.assert(
    fc.property(cases(), ({ region, seed }) => {
      let frozen = '';
      let before: Run | undefined;
      const world = createWorld(sketchOf(region));
      play(world, {
        region,
        seed,
        before: (now) => {
          if (before !== undefined) expect(JSON.stringify(before)).toBe(frozen);
          before = now.run;
          frozen = JSON.stringify(now.run);
        },
      });
      expect(play(createWorld(sketchOf(region)), { region, seed }).effects).toEqual(world.effects);
    }),
    { numRuns: 150 },
  );
});

test('cancel at any point ends the run as cancelled, with nothing left open', () => {
  fc.assert(
    fc.property(cases(), fc.nat(30), ({ region, seed }, at) => {
      let isCancelled = false;
      const world = play(createWorld(sketchOf(region)), {
        region,
        seed,
        before: (now, move) => {
          if (move !== at || isOver(now.run)) return;
          send(now, { kind: 'cancel-requested' });
          isCancelled = true;
        },
      });
      if (isCancelled) expect(world.run.status).toBe('cancelled');
      expectSound(world);
    }),
    { numRuns: 300 },
  );
});

test('pauses at any point change neither what runs nor how it ends', () => {
  fc.assert(
    fc.property(cases(), fc.nat(4), ({ region, seed }, every) => {
      const world = play(createWorld(sketchOf(region)), {
        region,
        seed,
        before: (now, move) => {
          if (move % (every + 2) !== 1) return;
          send(now, { kind: 'pause-requested' });
          now.now += 1000;
          const [asked] = now.pending.splice(0, 1);
          if (asked !== undefined) answer(now, asked, replyOf(region)(asked));
          send(now, { kind: 'resume-requested' });
        },
      });
      expectAsSaid(world, region);
      expectSound(world);
    }),
    { numRuns: 300 },
  );
});

test('a failed run that is retried until it passes ends as one that never failed', () => {
  fc.assert(
    fc.property(cases({ fates: ['fine', 'refused'] }), ({ region, seed }) => {
      const stopping = new Set(
        allNodes(region).flatMap(({ id, kind }) => (kind.kind === 'action' && kind.onError === 'stop' ? [id] : [])),
      );
      const plain = replyOf(region);
      const replies = (asked: PerformAction) =>
        stopping.has(asked.nodeId) && asked.attempt > 1 ? { output: asked.step } : plain(asked);
      const world = play(createWorld(sketchOf(region)), { region, seed, replies });
      for (let tries = 0; world.run.status === 'failed' && tries < 200; tries += 1) {
        send(world, { kind: 'retry-requested' });
        play(world, { region, seed: seed + tries, replies });
      }
      expectAsSaid(world, healed(region));
    }),
    { numRuns: 200 },
  );
});

test('a failed run undoes each completed step once, the last first, also when it is taken over in between', () => {
  fc.assert(
    fc.property(cases(), fc.nat(2), ({ region, seed }, every) => {
      const world = play(createWorld(withUndo(region, sketchOf(region))), {
        region,
        seed,
        before: (now, move) => {
          if (move % (every + 1) !== 0 || isOver(now.run)) return;
          now.run = JSON.parse(JSON.stringify(now.run));
          now.pending.splice(0);
          send(now, { kind: 'run-recovered' });
        },
      });
      expectSound({
        ...world,
        effects: world.effects.filter((effect, at, all) => !isAskedAgain(effect, all.slice(0, at))),
      });
      const records = world.effects.flatMap((effect) => (effect.kind === 'record-step' ? [effect.record] : []));
      const done = records.filter(
        ({ status, input, nodeId }) =>
          status === 'completed' && input !== null && !nodeId.startsWith('undo_') && isAction(region, nodeId),
      );
      const undone = records.filter(({ status, nodeId }) => status === 'completed' && nodeId.startsWith('undo_'));
      const wanted = world.run.status === 'failed' ? done.map(({ key }) => key).reverse() : [];
      expect(undone.map(({ key }) => key.replace('undo_', ''))).toEqual(wanted);
      expect(undone.map(({ input }) => (input as { undoes: string }).undoes)).toEqual(wanted);
      for (const key of wanted) expect(world.steps.get(key)?.status).toBe('compensated');
    }),
    { numRuns: 300 },
  );
});

test('a simulation ends as a run that is driven by hand', () => {
  fc.assert(
    fc.property(cases(), ({ region }) => {
      const given = sketchOf(region);
      const replies = replyOf(region);
      const attempts = new Map<string, number>();
      const events = allNodes(region).filter(({ id }) => comes(region, id));
      const result = simulate({
        definition: sketch(given),
        catalogue: testCatalogue,
        from: START,
        answers: Object.fromEntries(events.map(({ id }) => [id, [{ kind: 'event', data: null } as const]])),
        perform: (_, input) => {
          const nodeId = (input as { node: string }).node;
          attempts.set(nodeId, (attempts.get(nodeId) ?? 0) + 1);
          const given = replies({ step: nodeId, nodeId, attempt: attempts.get(nodeId) ?? 1 });
          return 'failure' in given
            ? { kind: 'failed', failure: given.failure }
            : { kind: 'done', output: given.output, summary: '' };
        },
      });
      const expected = expectedOf(region);
      expect(result.ends[0]?.status).toBe(expected.fails ? 'failed' : 'completed');
      if (expected.fails) return;
      const shown = result.timeline.flatMap(({ kind, detail }) => {
        if (kind === 'failed') return [[detail.step, detail.port === null ? 'failed' : `failed ${detail.port}`]];
        if (kind !== 'step' && kind !== 'call' && kind !== 'woke') return [];
        return [[detail.step, detail.port === null ? 'completed' : `completed ${detail.port}`]];
      });
      const wanted = [...expected.steps].filter(([, end]) => !end.startsWith('skipped'));
      expect(new Map(shown as [string, string][])).toEqual(new Map(wanted));
    }),
    { numRuns: 200 },
  );
});

function isAction(region: Region, nodeId: string): boolean {
  return allNodes(region).some(({ id, kind }) => id === nodeId && kind.kind === 'action');
}

function isAskedAgain(effect: RunEffect, before: readonly RunEffect[]): boolean {
  if (effect.kind !== 'perform-action') return false;
  return before.some(
    (one) => one.kind === 'perform-action' && one.step === effect.step && one.attempt === effect.attempt,
  );
}

/** The same workflow, where what would fail the run goes well. */
function healed(region: Region): Region {
  const copies = new Map<unknown, Region[number]>();
  return region.map((node) => {
    const { kind } = node;
    const incoming = node.incoming.map(({ from, port }) => ({
      from: from === null ? null : (copies.get(from) ?? from),
      port,
    }));
    const copy: Region[number] = { ...node, incoming, kind: healedKind(kind) };
    copies.set(node, copy);
    return copy;
  });
}

function healedKind(kind: Region[number]['kind']): Region[number]['kind'] {
  if (kind.kind === 'loop') return { ...kind, body: healed(kind.body) };
  return kind.kind === 'action' && kind.onError === 'stop' ? { ...kind, fate: 'fine' } : kind;
}
