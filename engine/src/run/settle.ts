/** How the end of one step reaches the next: edges become taken or dead, and with them the nodes behind them. */
import { closeIteration } from './close-iteration.ts';
import { type Draft, nextSeq, putOutput, putStep, writeScope } from './draft.ts';
import { own } from './own.ts';
import type { PlanEdge, PlanNode } from './plan.ts';
import { recordStep } from './record-step.ts';
import type { Begun, Place, Scope, ScopeKey } from './state.ts';
import { ROOT } from './step-key.ts';

type Settled = { readonly node: PlanNode; readonly port: string | null };

/** Ends an open step by a port, or without one, and readies or skips what this decides. Closes the scope if it was the last. */
export function settle(draft: Draft, place: Place, port: string | null): void {
  const node = draft.plan.nodes.get(place.step);
  if (node === undefined) throw new Error(`The plan has no node '${place.step}'.`);
  spread(draft, place.scope, [{ node, port }]);
  const scope = writeScope(draft, place.scope);
  scope.open -= 1;
  if (scope.open === 0 && scope.loop !== null) closeIteration(draft, scope);
}

/** Readies or skips the nodes that stand at the beginning of a scope. */
export function enterScope(draft: Draft, key: ScopeKey): void {
  const scope = writeScope(draft, key);
  const dead: Settled[] = [];
  for (const node of draft.plan.seeds.get(scope.loop ?? '') ?? []) decide(draft, key, node, dead);
  spread(draft, key, dead);
  if (scope.open === 0 && scope.loop !== null) closeIteration(draft, scope);
}

/** A work list, not a recursion: dead paths may be as long as the definition. */
function spread(draft: Draft, key: ScopeKey, settled: Settled[]): void {
  for (let current = settled.pop(); current !== undefined; current = settled.pop()) {
    putStep(draft, { scope: key, step: current.node.id }, { kind: 'settled', port: current.port });
    for (const target of current.node.targets) decide(draft, key, target, settled);
  }
}

function decide(draft: Draft, key: ScopeKey, node: PlanNode, dead: Settled[]): void {
  const scope = writeScope(draft, key);
  if (own(scope.steps, node.id) !== undefined) return;
  const place = { scope: key, step: node.id };
  switch (ripeness(draft, scope, node)) {
    case 'unripe':
      return;
    case 'ready':
      putStep(draft, place, { kind: 'ready' });
      scope.open += 1;
      draft.ready.push(place);
      return;
    case 'dead':
      recordSkipped(draft, place, null);
      dead.push({ node, port: null });
      return;
  }
}

/** Writes down that a step was passed over. `steps.<id>` is then there, but empty. */
export function recordSkipped(draft: Draft, place: Place, port: string | null): void {
  const begun: Begun = { seq: nextSeq(draft), startedAt: draft.context.now, attempt: 0, spent: 0, input: null };
  recordStep(draft, place, begun, { status: 'skipped', finishedAt: draft.context.now, port });
  putOutput(draft, place, {});
}

function ripeness(draft: Draft, scope: Scope, node: PlanNode): 'ready' | 'dead' | 'unripe' {
  if (node.incoming.length === 0) return isEntry(draft, scope) ? 'ready' : 'dead';
  let taken = 0;
  let open = 0;
  for (const edge of node.incoming) {
    const state = edgeState(draft, scope, edge);
    if (state === 'taken') taken += 1;
    if (state === 'open') open += 1;
  }
  if (taken > 0 && (open === 0 || node.joinAny)) return 'ready';
  return open > 0 ? 'unripe' : 'dead';
}

/** Nodes to which nothing leads begin a run only where the workflow has no trigger. */
function isEntry(draft: Draft, scope: Scope): boolean {
  return scope.key === ROOT && draft.plan.fallbackTriggerId === null;
}

function edgeState(draft: Draft, scope: Scope, edge: PlanEdge): 'taken' | 'dead' | 'open' {
  switch (edge.origin) {
    case 'each':
      return 'taken';
    case 'trigger':
      return edge.from === startingTrigger(draft) ? 'taken' : 'dead';
    case 'node': {
      const source = own(scope.steps, edge.from);
      if (source?.kind !== 'settled') return 'open';
      return source.port === edge.port ? 'taken' : 'dead';
    }
  }
}

function startingTrigger({ plan, run }: Draft): string | null {
  const isKnown = run.triggerId !== null && plan.triggerIds.has(run.triggerId);
  return isKnown ? run.triggerId : plan.fallbackTriggerId;
}
