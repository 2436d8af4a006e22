import type { Names } from '../expression/names.ts';
import type { Json, JsonObject } from '../json.ts';
import { type Draft, findScope } from './draft.ts';
import type { Scope, ScopeKey } from './state.ts';

/**
 * What expressions see in a scope: the steps of its own iteration before those of the scopes around it.
 */
export function namesAt(draft: Draft, key: ScopeKey): Names {
  const { run, context } = draft;
  const scope = scopeOrKept(draft, key);
  const names = {
    event: run.event,
    client: context.client,
    vars: draft.vars,
    run: { id: run.id, startedAt: new Date(run.startedAt).toISOString() },
    org: context.org,
    now: context.now,
  };
  if (scope.parent === null) return { ...names, steps: scope.outputs };
  const around = scopesAround(draft, scope);
  const loops = Object.fromEntries(
    around.flatMap((outer) => (outer.loop === null ? [] : [[outer.loop, turnOf(outer)]])),
  );
  return {
    ...names,
    steps: Object.assign({}, ...around.map((outer) => outer.outputs)) as JsonObject,
    ...turnOf(scope),
    loops: loops as JsonObject,
  };
}

function turnOf(scope: Scope): { readonly index: number; readonly item?: Json } {
  return { index: scope.index, ...(scope.item !== undefined && { item: scope.item }) };
}

/** From the root in to the scope itself. */
function scopesAround(draft: Draft, scope: Scope): readonly Scope[] {
  const around = [scope];
  for (let parent = scope.parent; parent !== null; ) {
    const outer = scopeOrKept(draft, parent);
    around.unshift(outer);
    parent = outer.parent;
  }
  return around;
}

/** Compensations read iterations that have ended. */
export function scopeOrKept(draft: Draft, key: ScopeKey): Scope {
  const scope = findScope(draft, key) ?? findKept(draft, key);
  if (scope === undefined) throw new Error(`Run ${draft.run.id} has no scope '${key}'.`);
  return scope;
}

/** Compensations go backwards, so what they look for stands near the end. */
function findKept(draft: Draft, key: ScopeKey): Scope | undefined {
  for (const chunk of draft.kept.chunks.toReversed()) {
    const scope = chunk.findLast((kept) => kept.key === key);
    if (scope !== undefined) return scope;
  }
  return undefined;
}
