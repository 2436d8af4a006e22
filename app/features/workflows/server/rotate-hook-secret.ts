import { nominalMs } from '@mainspring/engine/schedule/duration.ts';
import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Caller } from '../../../platform/auth/caller.ts';
import { listHookRows, updateHookSecret } from './hook-queries.ts';
import { isStandardSecret, newHookSecret, sealHookSecret } from './hook-secrets.ts';
import { lockWorkflowRow } from './queries.ts';
import { needsSecret, verifyOptions } from './verify-webhook/verify-webhook.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** So long both secrets are good, so that senders can be changed without losing a request. */
const OVERLAP_MS = nominalMs('P1D');

/**
 * Gives a webhook trigger another secret: a new one, or one that the sender dictates. Throws workflow_not_found,
 * trigger_not_found, no_secret_used, secret_not_base64.
 */
export async function rotateHookSecret(
  context: WorkflowsContext,
  caller: Caller,
  hook: { readonly workflowId: string; readonly triggerId: string },
  dictated: string | undefined,
): Promise<{ secret: string; previousValidUntil: string | null }> {
  const { organizationId, actor } = caller;
  const secret = dictated ?? newHookSecret();
  return context.db.withTenant(organizationId, async (tx) => {
    const row = await lockWorkflowRow(tx, organizationId, hook.workflowId);
    const trigger = row.draft.triggers.find((each) => each.id === hook.triggerId);
    const hooks = await listHookRows(tx, { organizationId, ...hook });
    if (trigger?.type !== 'webhook' || !hooks.some((each) => each.trigger_id === trigger.id)) {
      throw workflowErrors.trigger_not_found();
    }
    if (!needsSecret(trigger.verify)) throw workflowErrors.no_secret_used();
    if (verifyOptions(trigger.verify).type === 'standard-webhooks' && !isStandardSecret(secret)) {
      throw workflowErrors.secret_not_base64();
    }
    const sealed = sealHookSecret(context.vault, { organizationId, ...hook }, secret);
    const until = await updateHookSecret(tx, { organizationId, ...hook }, sealed, OVERLAP_MS);
    const previousValidUntil = until?.toISOString() ?? null;
    await writeAudit(tx, {
      organizationId,
      actor,
      action: 'hook_secret.rotated',
      object: { type: 'trigger', id: `${row.id}/${trigger.id}` },
      before: null,
      after: { dictated: dictated !== undefined, previousValidUntil },
    });
    return { secret, previousValidUntil };
  });
}
