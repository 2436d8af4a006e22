import type { TriggerOf } from '@mainspring/engine/definition/format.ts';
import { nominalMs } from '@mainspring/engine/schedule/duration.ts';
import type { Accepted, RunResult } from '../../../runtime/public.ts';
import type { FoundHook } from './hook-queries.ts';
import { openHookSecret } from './hook-secrets.ts';
import { readWebhook, type WebhookRequest } from './read-webhook.ts';
import { type Verdict, verifyWebhook } from './verify-webhook/verify-webhook.ts';
import { webhookKey } from './webhook-key.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

export type WebhookAnswer =
  | { readonly kind: 'accepted'; readonly accepted: Accepted }
  | { readonly kind: 'result'; readonly result: RunResult };

const WEBHOOK_EVENT = 'webhook.received';
const DEFAULT_RESULT_TIMEOUT_MS = 25_000;
/** Proxies in front give up at about a minute; after it the sender gets the usual answer. */
const LONGEST_RESULT_TIMEOUT_MS = 55_000;

/**
 * Takes a request to a hook in: who sends it, whether the trigger is on, then what it says. The answer comes after the
 * commit, or with the run's result where the trigger promises that.
 * Throws hook_not_found, webhook_off, webhook_refused, dedupe_failed, and 400 for a body that cannot be read.
 */
export async function receiveWebhook(
  context: WorkflowsContext,
  token: string,
  request: WebhookRequest,
): Promise<WebhookAnswer> {
  const { hook, trigger } = await findGenuineHook(context, token, request);
  const data = readWebhook(request);
  const key = webhookKey({ trigger, data, headers: request.headers, now: context.now() });
  const answer = await context.runtime.accept({
    organizationId: hook.organizationId,
    type: WEBHOOK_EVENT,
    data,
    subjectId: null,
    time: null,
    key: key === null ? null : `hook/${hook.workflowId}/${hook.triggerId}/${key}`,
    target: { kind: 'trigger', workflowId: hook.workflowId, triggerId: hook.triggerId },
    depth: 0,
  });
  if (answer.kind === 'inactive') throw workflowErrors.webhook_off();
  const result = await waitForResult(context, hook.organizationId, trigger, answer);
  return result === undefined ? { kind: 'accepted', accepted: answer } : { kind: 'result', result };
}

type GenuineHook = { readonly hook: FoundHook; readonly trigger: TriggerOf<'webhook'> };

async function findGenuineHook(
  context: WorkflowsContext,
  token: string,
  request: WebhookRequest,
): Promise<GenuineHook> {
  const known = await context.hooks.find(token);
  if (known === undefined) throw workflowErrors.hook_not_found();
  if (known.trigger && check(context, known, request).kind === 'genuine')
    return { hook: known, trigger: known.trigger };
  // What is remembered may be older than a new secret; a refusal must rest on what holds now.
  const hook = await context.hooks.findFresh(token);
  if (hook === undefined) throw workflowErrors.hook_not_found();
  if (hook.trigger === null) throw workflowErrors.webhook_off();
  const verdict = check(context, hook, request);
  if (verdict.kind === 'refused') throw workflowErrors.webhook_refused(verdict.reason);
  return { hook, trigger: hook.trigger };
}

function check({ vault, now }: WorkflowsContext, hook: FoundHook, request: WebhookRequest): Verdict {
  const at = now();
  const isPreviousGood = hook.previousSecretUntil !== null && at < hook.previousSecretUntil;
  const sealed = [hook.secretSealed, isPreviousGood ? hook.previousSecretSealed : null];
  const secrets = sealed.flatMap((secret) => (secret === null ? [] : [openHookSecret(vault, hook, secret)]));
  return verifyWebhook(hook.trigger?.verify, secrets, request, at);
}

/** Undefined where the trigger promises no result, no run was started, or it took too long. */
async function waitForResult(
  { runtime }: WorkflowsContext,
  organizationId: string,
  trigger: TriggerOf<'webhook'>,
  { runIds: [runId] }: Accepted,
): Promise<RunResult | undefined> {
  const { respond } = trigger;
  const promisesResult = respond === 'result' || (typeof respond === 'object' && respond.type === 'result');
  if (!promisesResult || runId === undefined) return undefined;
  const asked = typeof respond === 'object' && respond.type === 'result' ? respond.timeout : undefined;
  const timeoutMs = asked === undefined ? DEFAULT_RESULT_TIMEOUT_MS : nominalMs(asked);
  return runtime.waitForResult(organizationId, runId, Math.min(timeoutMs, LONGEST_RESULT_TIMEOUT_MS));
}
