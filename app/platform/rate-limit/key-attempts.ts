import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { hashToken } from '../secrets/token.ts';
import { rateLimitErrors } from './rate-limit-errors.ts';
import { senderAddress } from './sender-address.ts';

/**
 * Keeps an address from guessing API keys.
 *
 * K1  An address that sent too many different wrong keys within a minute is refused before the next one is looked up:
 *     a right guess among them tells nothing. Keys that are new from an address are looked up one after the other, so
 *     that guesses sent all at once count as well.
 * K2  A key that has proved itself from an address goes on working there, so that nobody can lock out those who share
 *     the address with them, or the proxy in front.
 * K3  The same wrong key counts once: a client that was not told of a new key is no attacker.
 */
export type KeyAttempts = {
  /** Looks up whose the key is, or throws too_many_wrong_keys. `find` answers undefined for a wrong key. */
  readonly attempt: <Owner>(
    request: FastifyRequest,
    key: string,
    find: (key: string) => Promise<Owner | undefined>,
  ) => Promise<Owner | undefined>;
};

const REMEMBERED_KEYS = 10_000;
const REMEMBERED_MS = 60 * 60_000;

/** `count` counts by address. */
export function createKeyAttempts(count: ReturnType<FastifyInstance['createRateLimit']>): KeyAttempts {
  const seen = new LRUCache<string, 'right' | 'wrong'>({ max: REMEMBERED_KEYS, ttl: REMEMBERED_MS });
  const inLine = createLines();

  const refuseGuesser = async (request: FastifyRequest) => {
    const counted = await count(request, { increment: false });
    if (counted.isAllowed || counted.remaining > 0) return;
    throw rateLimitErrors.too_many_wrong_keys({ retryAfterSeconds: counted.ttlInSeconds });
  };
  return {
    async attempt(request, key, find) {
      const address = senderAddress(request);
      const name = `${address} ${hashToken(key).toString('base64')}`;
      const look = async () => {
        const owner = await find(key);
        if (owner === undefined && seen.get(name) !== 'wrong') await count(request);
        seen.set(name, owner === undefined ? 'wrong' : 'right');
        return owner;
      };
      if (seen.get(name) === 'right') return look();
      return inLine(address, async () => {
        await refuseGuesser(request);
        return look();
      });
    },
  };
}

/** Work of the same name is done one after the other. */
function createLines(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, mine);
    const leave = () => {
      if (last.get(name) === mine) last.delete(name);
    };
    mine.then(leave, leave);
    return mine;
  };
}
