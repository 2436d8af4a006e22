import { sql } from 'kysely';
import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Access, Scope } from '../../../platform/auth/access.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { hashApiKey, hintOf } from '../../../platform/auth/create-api-key.ts';
import { requirePermission } from '../../../platform/auth/require-permission.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { isId, newId } from '../../../platform/ids/id.ts';
import { generateToken } from '../../../platform/secrets/token.ts';
import { type ApiKeyBody, type ApiKeyView, IDENTITY_LIMITS, type PageQuery } from '../contract.ts';
import type { IdentityContext } from './identity-context.ts';
import { identityErrors } from './identity-errors.ts';

type Asking = { readonly caller: Caller; readonly access: Access };

const COLUMNS = ['id', 'name', 'hint', 'scopes', 'created_at', 'expires_at'] as const;

/** Makes a key; its value is told in this answer and never again. Throws forbidden, expires_in_past, too_many. */
export async function createKey(
  { db, now }: Pick<IdentityContext, 'db' | 'now'>,
  { caller, access }: Asking,
  { name, scopes, expiresAt }: ApiKeyBody,
): Promise<ApiKeyView & { readonly value: string }> {
  requirePermission(access, 'api_key.manage', { kind: 'api_key', scopes });
  const end = expiresAt === null ? null : new Date(expiresAt);
  if (end !== null && end.getTime() <= now()) throw identityErrors.expires_in_past();
  const { organizationId, actor } = caller;
  const value = generateToken('ms');
  const row = await db.withTenant(organizationId, async (tx) => {
    const kept = await usable(tx, organizationId).execute();
    if (kept.length >= IDENTITY_LIMITS.apiKeys) {
      throw identityErrors.too_many(`There are ${kept.length} API keys, and no more are possible. Revoke some.`);
    }
    const made = await tx
      .insertInto('api_keys')
      .values({
        org_id: organizationId,
        id: newId(),
        name,
        key_hash: hashApiKey(value),
        hint: hintOf(value),
        scopes: [...new Set(scopes)],
        expires_at: end,
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
    await writeAudit(tx, {
      organizationId,
      actor,
      action: 'api_key.created',
      object: { type: 'api_key', id: made.id },
      before: null,
      after: { name, scopes: made.scopes, expiresAt: end?.toISOString() ?? null },
    });
    return made;
  });
  return { ...show(row), value };
}

/** The ones that work, newest first. */
export async function listKeys(
  { db }: Pick<IdentityContext, 'db'>,
  organizationId: string,
  { limit, cursor }: PageQuery,
): Promise<{ items: ApiKeyView[]; nextCursor: string | null }> {
  if (cursor !== undefined && !isId(cursor)) throw identityErrors.invalid_cursor();
  const rows = await db.withTenant(organizationId, async (tx) => {
    const all = usable(tx, organizationId)
      .orderBy('id', 'desc')
      .limit(limit + 1);
    return (cursor === undefined ? all : all.where('id', '<', cursor)).execute();
  });
  const items = rows.slice(0, limit).map(show);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** The key stops working within three seconds. Throws api_key_not_found, forbidden. */
export async function revokeKey(
  { db }: Pick<IdentityContext, 'db'>,
  { caller, access }: Asking,
  id: string,
): Promise<void> {
  if (!isId(id)) throw identityErrors.api_key_not_found();
  const { organizationId, actor } = caller;
  await db.withTenant(organizationId, async (tx) => {
    const row = await tx
      .updateTable('api_keys')
      .set({ revoked_at: sql<Date>`now()` })
      .where('org_id', '=', organizationId)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning(['name', 'scopes'])
      .executeTakeFirst();
    if (row === undefined) throw identityErrors.api_key_not_found();
    requirePermission(access, 'api_key.manage', { kind: 'api_key', scopes: row.scopes as Scope[] });
    await writeAudit(tx, {
      organizationId,
      actor,
      action: 'api_key.revoked',
      object: { type: 'api_key', id },
      before: { name: row.name, scopes: row.scopes },
      after: null,
    });
  });
}

function usable(tx: Transaction, organizationId: string) {
  return tx
    .selectFrom('api_keys')
    .select(COLUMNS)
    .where('org_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', sql<Date>`now()`)]));
}

function show(row: {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
}): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes as Scope[],
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
  };
}
