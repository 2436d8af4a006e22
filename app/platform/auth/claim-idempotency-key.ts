import type pg from 'pg';

/** A request that asked not to be carried out twice. Hashes, 32 bytes each. */
export type KeyedRequest = {
  readonly organizationId: string;
  readonly keyHash: Buffer;
  /** Of method, path and body: tells a repeat from another request under the same key. */
  readonly requestHash: Buffer;
};

/** `claim` names this very attempt; whoever lost it to a later one stores nothing. */
export type IdempotencyClaim =
  | { readonly kind: 'claimed'; readonly claim: string }
  | { readonly kind: 'answered'; readonly status: number; readonly sealed: string }
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'reused' };

// A request that has not answered after a minute died with its server: the key is free again.
const CLAIM = `
  insert into idempotency_keys as k (org_id, key_hash, request_hash) values ($1, $2, $3)
  on conflict (org_id, key_hash) do update
    set request_hash = excluded.request_hash, status = null, response = null, created_at = clock_timestamp()
    where k.created_at < now() - interval '24 hours'
      or (k.status is null and k.created_at < now() - interval '1 minute')
  returning created_at::text as claim`;

export async function claimIdempotencyKey(engine: pg.Pool, request: KeyedRequest): Promise<IdempotencyClaim> {
  const { organizationId, keyHash, requestHash } = request;
  const claimed = await engine.query<{ claim: string }>(CLAIM, [organizationId, keyHash, requestHash]);
  if (claimed.rows[0]) return { kind: 'claimed', claim: claimed.rows[0].claim };
  const { rows } = await engine.query<{
    request_hash: Buffer;
    status: number | null;
    response: { sealed: string } | null;
  }>('select request_hash, status, response from idempotency_keys where org_id = $1 and key_hash = $2', [
    organizationId,
    keyHash,
  ]);
  const [row] = rows;
  if (row === undefined) return { kind: 'in-progress' };
  if (!row.request_hash.equals(requestHash)) return { kind: 'reused' };
  if (row.status === null || row.response === null) return { kind: 'in-progress' };
  return { kind: 'answered', status: row.status, sealed: row.response.sealed };
}

/** Keeps the answer for the next request with this key. */
export async function keepAnswer(
  engine: pg.Pool,
  request: KeyedRequest & { readonly claim: string },
  answer: { readonly status: number; readonly sealed: string },
): Promise<void> {
  await engine.query(
    `update idempotency_keys set status = $4, response = $5
     where org_id = $1 and key_hash = $2 and created_at = $3::timestamptz and status is null`,
    [request.organizationId, request.keyHash, request.claim, answer.status, JSON.stringify({ sealed: answer.sealed })],
  );
}

/** Frees a key whose request did nothing. */
export async function freeIdempotencyKey(
  engine: pg.Pool,
  request: KeyedRequest & { readonly claim: string },
): Promise<void> {
  await engine.query(
    `delete from idempotency_keys
     where org_id = $1 and key_hash = $2 and created_at = $3::timestamptz and status is null`,
    [request.organizationId, request.keyHash, request.claim],
  );
}
