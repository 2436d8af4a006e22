import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { Access, Scope } from './access.ts';
import { hashApiKey } from './create-api-key.ts';

export type KeyOwner = Extract<Access, { readonly kind: 'api_key' }>;

/** Tells whose a key is and what it may do; undefined for one that is unknown, expired or revoked. */
export type FindKeyOwner = (key: string) => Promise<KeyOwner | undefined>;

/** A revoked or expired key works no longer than this. */
const REMEMBERED_MS = 3000;
const REMEMBERED_KEYS = 10_000;

/** Looks keys up by their hash and remembers the answers, known or not, for three seconds. */
export function createKeyLookup(engine: pg.Pool): FindKeyOwner {
  const remembered = new LRUCache<string, Promise<KeyOwner | undefined>>({ max: REMEMBERED_KEYS, ttl: REMEMBERED_MS });
  return (key) => {
    const hash = hashApiKey(key);
    const name = hash.toString('base64');
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const asked = readKeyOwner(engine, hash);
    remembered.set(name, asked);
    // Only answers are remembered: the next request asks a database that was away again.
    asked.catch(() => remembered.delete(name));
    return asked;
  };
}

async function readKeyOwner(engine: pg.Pool, hash: Buffer): Promise<KeyOwner | undefined> {
  const { rows } = await engine.query<{ org_id: string; id: string; scopes: Scope[] }>(
    `select org_id, id, scopes from api_keys
     where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [hash],
  );
  const [row] = rows;
  return row && { kind: 'api_key', id: row.id, organizationId: row.org_id, scopes: row.scopes };
}
