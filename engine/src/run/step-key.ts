import type { StepKey } from './run.ts';
import type { Place, Scope, ScopeKey } from './state.ts';

export const ROOT: ScopeKey = '';

/** `text`, `text#3`, `text#3.0`. */
export function stepKey(step: string, path: string): StepKey {
  return path === '' ? step : `${step}#${path}`;
}

export function scopeKey(loop: string | null, path: string): ScopeKey {
  return loop === null ? ROOT : `${loop}#${path}`;
}

/** The step and the path that a key names. */
export function splitStepKey(key: StepKey): { readonly step: string; readonly path: string } {
  const hash = key.indexOf('#');
  return hash === -1 ? { step: key, path: '' } : { step: key.slice(0, hash), path: key.slice(hash + 1) };
}

/** The node that a step executes: `undo@charge` is the node `undo`. */
export function nodeIdOf(step: string): string {
  const at = step.indexOf('@');
  return at === -1 ? step : step.slice(0, at);
}

export function childPath(parent: Pick<Scope, 'path'>, index: number): string {
  return parent.path === '' ? String(index) : `${parent.path}.${index}`;
}

export function samePlace(one: Place, other: Place): boolean {
  return one.scope === other.scope && one.step === other.step;
}
