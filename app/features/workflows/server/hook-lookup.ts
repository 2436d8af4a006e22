import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { type FoundHook, findHookByToken } from './hook-queries.ts';
import { hashHookToken } from './hook-secrets.ts';

/** Finds the hook behind a token. */
export type HookLookup = {
  /** May be a second old. Undefined for a token that is malformed or unknown. */
  readonly find: (token: string) => Promise<FoundHook | undefined>;
  /** Straight from the database. */
  readonly findFresh: (token: string) => Promise<FoundHook | undefined>;
  /** Call it after a commit that changes what hooks answer: this process then knows at once, others in a second. */
  readonly clear: () => void;
};

const REMEMBERED_MS = 1000;
const REMEMBERED_HOOKS = 10_000;

/** Remembers only hooks that are on: what was just made or published must not be missed. */
export function createHookLookup(engine: pg.Pool): HookLookup {
  const remembered = new LRUCache<string, FoundHook>({ max: REMEMBERED_HOOKS, ttl: REMEMBERED_MS });
  // Rises with each clearing, so that an answer that was under way meanwhile is not remembered.
  let generation = 0;
  // Under load hundreds of requests find the same hook forgotten at once: one of them asks for all.
  const asking = new Map<string, Promise<FoundHook | undefined>>();

  const findFresh = async (token: string) => {
    const hash = hashHookToken(token);
    if (hash === undefined) return undefined;
    const asked = generation;
    const found = await findHookByToken(engine, hash);
    if (found?.trigger && asked === generation) remembered.set(token, found);
    else remembered.delete(token);
    return found;
  };
  const askOnce = (token: string) => {
    const asked = asking.get(token);
    if (asked !== undefined) return asked;
    const answer = findFresh(token).finally(() => {
      if (asking.get(token) === answer) asking.delete(token);
    });
    asking.set(token, answer);
    return answer;
  };
  return {
    find: async (token) => remembered.get(token) ?? askOnce(token),
    findFresh,
    clear: () => {
      generation += 1;
      remembered.clear();
      asking.clear();
    },
  };
}
