/** Adds rows to the audit log. The database numbers and chains them; see the migration for what holds. */
import { CompiledQuery } from 'kysely';
import type pg from 'pg';
import type { Transaction } from '../db/database.ts';
import type { JsonValue } from '../db/json-column.ts';
import { type Actor, actorIdOf } from './actor.ts';

export type AuditEntry = {
  readonly organizationId: string;
  readonly actor: Actor;
  /** Noun and past verb, such as `workflow.published`. */
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string };
  /** A short summary, never a secret or what may hold one. Null: it was not there. */
  readonly before: JsonValue;
  /** The same; null: it is gone. */
  readonly after: JsonValue;
};

const INSERT = `
  insert into audit_log (org_id, actor_kind, actor_id, action, object_type, object_id, before, after)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;

/**
 * Records a change in its own transaction: where this fails, the change fails. Make it the last statement, since from
 * here to the commit other changes of the organization wait.
 */
export async function writeAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  await tx.executeQuery(CompiledQuery.raw(INSERT, valuesOf(entry)));
}

/** The same in a transaction of the engine. */
export async function writeAuditAsEngine(client: pg.PoolClient, entry: AuditEntry): Promise<void> {
  await client.query(INSERT, valuesOf(entry));
}

function valuesOf({ organizationId, actor, action, object, before, after }: AuditEntry): unknown[] {
  return [organizationId, actor.kind, actorIdOf(actor), action, object.type, object.id, jsonOf(before), jsonOf(after)];
}

function jsonOf(value: JsonValue): string | null {
  return value === null ? null : JSON.stringify(value);
}
