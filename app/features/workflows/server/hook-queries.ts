/** The rows of hooks. */
import type { TriggerOf } from '@mainspring/engine/definition/format.ts';
import { sql } from 'kysely';
import type pg from 'pg';
import type { Transaction } from '../../../platform/db/database.ts';

export type HookRow = {
  readonly trigger_id: string;
  readonly token_sealed: string;
  readonly secret_sealed: string | null;
};

/** Whose hooks they are. */
export type HookOwner = { readonly organizationId: string; readonly workflowId: string };

export async function listHookRows(tx: Transaction, owner: HookOwner): Promise<readonly HookRow[]> {
  const rows = await tx
    .selectFrom('hooks')
    .select(['trigger_id', 'token_sealed', 'secret_sealed'])
    .where('org_id', '=', owner.organizationId)
    .where('workflow_id', '=', owner.workflowId)
    .execute();
  return rows as HookRow[];
}

export type NewHook = {
  readonly organizationId: string;
  readonly workflowId: string;
  readonly triggerId: string;
  readonly tokenHash: Buffer;
  readonly tokenSealed: string;
  readonly secretSealed: string | null;
};

export async function insertHook(tx: Transaction, hook: NewHook): Promise<void> {
  await tx
    .insertInto('hooks')
    .values({
      org_id: hook.organizationId,
      workflow_id: hook.workflowId,
      trigger_id: hook.triggerId,
      token_hash: hook.tokenHash,
      token_sealed: hook.tokenSealed,
      secret_sealed: hook.secretSealed,
    })
    .execute();
}

/** Makes a hook's first secret, or replaces it; the former one stays good for `previousForMs`. */
export async function updateHookSecret(
  tx: Transaction,
  hook: HookOwner & { readonly triggerId: string },
  secretSealed: string,
  previousForMs: number,
): Promise<Date | null> {
  const until = sql`now() + ${previousForMs} * interval '1 millisecond'`;
  const row = await tx
    .updateTable('hooks')
    .set((eb) => ({
      previous_secret_sealed: eb.ref('secret_sealed'),
      previous_secret_until: sql`case when secret_sealed is null then null else ${until} end`,
      secret_sealed: secretSealed,
    }))
    .where('org_id', '=', hook.organizationId)
    .where('workflow_id', '=', hook.workflowId)
    .where('trigger_id', '=', hook.triggerId)
    .returning('previous_secret_until')
    .executeTakeFirstOrThrow();
  return row.previous_secret_until as Date | null;
}

/** Gives each hook the trigger that is published now; hooks without one answer that they are off. */
export async function publishHooks(
  tx: Transaction,
  owner: HookOwner,
  triggers: readonly TriggerOf<'webhook'>[],
): Promise<void> {
  const published = JSON.stringify(Object.fromEntries(triggers.map((trigger) => [trigger.id, trigger])));
  await tx
    .updateTable('hooks')
    .set({ published_trigger: sql`${published}::json -> trigger_id` })
    .where('org_id', '=', owner.organizationId)
    .where('workflow_id', '=', owner.workflowId)
    .execute();
}

export type FoundHook = {
  readonly organizationId: string;
  readonly workflowId: string;
  readonly triggerId: string;
  readonly secretSealed: string | null;
  readonly previousSecretSealed: string | null;
  /** Milliseconds since the epoch. */
  readonly previousSecretUntil: number | null;
  /** Null: the published version has no such trigger. */
  readonly trigger: TriggerOf<'webhook'> | null;
};

/** Runs as the engine: a request to a hook names no organization. */
export async function findHookByToken(engine: pg.Pool, tokenHash: Buffer): Promise<FoundHook | undefined> {
  const { rows } = await engine.query({
    name: 'find-hook-by-token',
    text: `
      select org_id, workflow_id, trigger_id, secret_sealed, previous_secret_sealed, previous_secret_until,
        published_trigger
      from hooks where token_hash = $1`,
    values: [tokenHash],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    organizationId: row.org_id,
    workflowId: row.workflow_id,
    triggerId: row.trigger_id,
    secretSealed: row.secret_sealed,
    previousSecretSealed: row.previous_secret_sealed,
    previousSecretUntil: row.previous_secret_until?.getTime() ?? null,
    trigger: row.published_trigger,
  };
}
