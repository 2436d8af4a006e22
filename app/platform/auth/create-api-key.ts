import type pg from 'pg';
import { type Actor, actorIdOf } from '../audit/actor.ts';
import { newId } from '../ids/id.ts';
import { generateToken, hashToken } from '../secrets/token.ts';
import type { Scope } from './access.ts';

export type NewApiKey = {
  readonly organizationId: string;
  readonly name: string;
  /** For a key that the operator chose; else one of 256 random bits is made. */
  readonly value?: string;
  /** Default: full. */
  readonly scopes?: readonly Scope[];
  /** Default: never. */
  readonly expiresAt?: Date | null;
  readonly by: Actor;
};

const HINT_CHARS = 8;
/** Of a short key, which an operator chose, little must be told. */
const HINT_SHARE = 4;

// One statement, so that there is no key that the audit log does not tell of.
const CREATE = `
  with made as (
    insert into api_keys (org_id, id, name, key_hash, hint, scopes, expires_at)
    values ($1, $2, $3, $4, $5, $8, $9)
    returning org_id, id, name, scopes, expires_at
  )
  insert into audit_log (org_id, actor_kind, actor_id, action, object_type, object_id, after)
  select org_id, $6, $7, 'api_key.created', 'api_key', id::text, json_build_object('name', name, 'scopes', scopes, 'expiresAt', expires_at)
  from made`;

/** Stores a key's hash and returns the key itself, which nothing can tell again. */
export async function createApiKey(engine: pg.Pool | pg.PoolClient, key: NewApiKey): Promise<string> {
  const value = key.value ?? generateToken('ms');
  await engine.query(CREATE, [
    key.organizationId,
    newId(),
    key.name,
    hashApiKey(value),
    hintOf(value),
    key.by.kind,
    actorIdOf(key.by),
    key.scopes ?? ['full'],
    key.expiresAt ?? null,
  ]);
  return value;
}

/** How a key begins, so that people can tell keys apart. */
export function hintOf(value: string): string {
  return value.slice(0, Math.min(HINT_CHARS, Math.floor(value.length / HINT_SHARE)));
}

export function hashApiKey(value: string): Buffer {
  return hashToken(value);
}
