import type pg from 'pg';
import { newId } from '../ids/id.ts';
import { generateToken, hashToken } from '../secrets/token.ts';

export type NewApiKey = { readonly organizationId: string; readonly name: string; readonly value?: string };

const HINT_CHARS = 8;

/**
 * Stores a key's hash and returns the key itself, which nothing can tell again. `value` is for keys that the operator
 * chose; else one of 256 random bits is made.
 */
export async function createApiKey(engine: pg.Pool | pg.PoolClient, key: NewApiKey): Promise<string> {
  const value = key.value ?? generateToken('ms');
  await engine.query('insert into api_keys (org_id, id, name, key_hash, hint) values ($1, $2, $3, $4, $5)', [
    key.organizationId,
    newId(),
    key.name,
    hashApiKey(value),
    value.slice(0, HINT_CHARS),
  ]);
  return value;
}

export function hashApiKey(value: string): Buffer {
  return hashToken(value);
}
