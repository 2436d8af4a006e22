/**
 * Looks over a foreign document before anything walks it by recursion: how deep, how large, made of JSON only, free of
 * keys and characters that harm what comes later. Walks with its own stack, so no depth can overflow it.
 */
import { type Problem, problemAt } from './problem.ts';
import { isSoundText } from './sound-text.ts';

const DOCUMENT_LIMITS = { depth: 64, values: 200_000, chars: 4_000_000, problems: 100 } as const;

/** Keys that reach the prototype of an object when a careless program copies them. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export type GuardResult = {
  readonly problems: readonly Problem[];
  /** False where the document is too deep or large, or not JSON: nothing else may read it. */
  readonly readable: boolean;
};

export function guardDocument(document: unknown): GuardResult {
  const problems: Problem[] = [];
  const pending: Visit[] = [{ value: document, key: '', parent: null, depth: 0 }];
  let values = 0;
  let chars = 0;
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    values += 1;
    chars += charsOf(visit);
    const fatal = findFatal(visit, values, chars);
    if (fatal !== null)
      return { problems: [...problems, problemAt(document, { ...fatal, path: pathOf(visit) })], readable: false };
    const flaw = findFlaw(visit);
    if (flaw !== null && problems.length < DOCUMENT_LIMITS.problems) {
      problems.push(problemAt(document, { ...flaw, path: pathOf(visit) }));
    }
    pushChildren(visit, pending);
  }
  return { problems, readable: true };
}

type Visit = {
  readonly value: unknown;
  readonly key: string | number;
  readonly parent: Visit | null;
  readonly depth: number;
};

type Flaw = { readonly code: 'invalid_document' | 'unknown_key' | 'invalid_value'; readonly what: string };

const TOO_DEEP = `is nested too deep: a definition has at most ${DOCUMENT_LIMITS.depth} levels`;
const TOO_LARGE = `is too large: a definition has at most ${DOCUMENT_LIMITS.values} values and ${DOCUMENT_LIMITS.chars} characters`;
const NOT_JSON = 'is not JSON: only objects, lists, text, finite numbers, true, false and null are';
const UNSOUND = 'a NUL character or half of a surrogate pair; text must be whole Unicode without NUL';

function findFatal({ value, depth }: Visit, values: number, chars: number): Flaw | null {
  if (depth > DOCUMENT_LIMITS.depth) return { code: 'invalid_document', what: TOO_DEEP };
  const listed = Array.isArray(value) ? value.length : 0;
  if (values + listed > DOCUMENT_LIMITS.values || chars > DOCUMENT_LIMITS.chars) {
    return { code: 'invalid_document', what: TOO_LARGE };
  }
  return isJsonNode(value) ? null : { code: 'invalid_document', what: NOT_JSON };
}

function findFlaw({ key, value }: Visit): Flaw | null {
  if (typeof key === 'string' && FORBIDDEN_KEYS.has(key)) {
    return { code: 'unknown_key', what: 'is a key that no definition may hold' };
  }
  if (typeof key === 'string' && !isSoundText(key)) return { code: 'invalid_value', what: `has a key with ${UNSOUND}` };
  if (typeof value === 'string' && !isSoundText(value)) return { code: 'invalid_value', what: `holds ${UNSOUND}` };
  return null;
}

function isJsonNode(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function charsOf({ key, value }: Visit): number {
  return (typeof key === 'string' ? key.length : 0) + (typeof value === 'string' ? value.length : 0);
}

/** In reverse, so that the first child is looked at first. */
function pushChildren(parent: Visit, pending: Visit[]): void {
  const { value } = parent;
  if (typeof value !== 'object' || value === null) return;
  const depth = parent.depth + 1;
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, child] of entries.reverse()) pending.push({ value: child, key, parent, depth });
}

function pathOf(visit: Visit): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = visit; at.parent !== null; at = at.parent) path.unshift(at.key);
  return path;
}
