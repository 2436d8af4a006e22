import type { TriggerOf, WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import type { TriggerView } from '../contract.ts';
import { workflowPaths } from '../paths.ts';
import { type HookOwner, type HookRow, insertHook, listHookRows, updateHookSecret } from './hook-queries.ts';
import {
  type HookName,
  hashHookToken,
  newHookSecret,
  newHookToken,
  openHookToken,
  sealHookSecret,
  sealHookToken,
} from './hook-secrets.ts';
import { needsSecret } from './verify-webhook/verify-webhook.ts';
import type { WorkflowsContext } from './workflows-context.ts';

type Context = Pick<WorkflowsContext, 'vault' | 'publicUrl'>;

/**
 * Gives every webhook trigger of a draft its address, and a secret where its way of checking needs one. What is there
 * already stays. Returns how the triggers are shown; a secret is in it only when it was made by this call.
 */
export async function ensureHooks(
  tx: Transaction,
  context: Context,
  owner: HookOwner,
  draft: WorkflowDefinition,
): Promise<TriggerView[]> {
  const hooks = await readHooks(tx, owner, draft);
  const views: TriggerView[] = [];
  for (const trigger of draft.triggers) {
    if (trigger.type !== 'webhook') views.push({ id: trigger.id, type: trigger.type });
    else views.push(await ensureHook(tx, context, { ...owner, triggerId: trigger.id }, trigger, hooks));
  }
  return views;
}

/** How the triggers of a draft are shown when nothing is made: without any secret. */
export async function showTriggers(
  tx: Transaction,
  context: Context,
  owner: HookOwner,
  draft: WorkflowDefinition,
): Promise<TriggerView[]> {
  const hooks = await readHooks(tx, owner, draft);
  return draft.triggers.map(({ id, type }) => {
    const row = hooks.get(id);
    if (type !== 'webhook' || row === undefined) return { id, type };
    return {
      id,
      type,
      url: hookUrl(context, openHookToken(context.vault, { ...owner, triggerId: id }, row.token_sealed)),
    };
  });
}

async function readHooks(
  tx: Transaction,
  owner: HookOwner,
  draft: WorkflowDefinition,
): Promise<ReadonlyMap<string, HookRow>> {
  if (!draft.triggers.some((trigger) => trigger.type === 'webhook')) return new Map();
  return new Map((await listHookRows(tx, owner)).map((row) => [row.trigger_id, row]));
}

async function ensureHook(
  tx: Transaction,
  { vault, publicUrl }: Context,
  name: HookName,
  trigger: TriggerOf<'webhook'>,
  hooks: ReadonlyMap<string, HookRow>,
): Promise<TriggerView> {
  const row = hooks.get(trigger.id);
  const token = row ? openHookToken(vault, name, row.token_sealed) : newHookToken();
  const secret = needsSecret(trigger.verify) && !row?.secret_sealed ? newHookSecret() : undefined;
  const secretSealed = secret === undefined ? null : sealHookSecret(vault, name, secret);
  if (row === undefined) {
    const tokenHash = hashHookToken(token) as Buffer;
    await insertHook(tx, { ...name, tokenHash, tokenSealed: sealHookToken(vault, name, token), secretSealed });
  } else if (secretSealed !== null) {
    await updateHookSecret(tx, name, secretSealed, 0);
  }
  return {
    id: trigger.id,
    type: trigger.type,
    url: hookUrl({ publicUrl }, token),
    ...(secret !== undefined && { secret }),
  };
}

function hookUrl({ publicUrl }: Pick<Context, 'publicUrl'>, token: string): string {
  return `${publicUrl()}${workflowPaths.hook(token)}`;
}
