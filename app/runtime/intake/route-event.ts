/** Decides which workflows an event starts. Pure: the gates that need the database are only named here. */
import { listensTo } from '@mainspring/engine/definition/event-type.ts';
import type { Settings, Trigger } from '@mainspring/engine/definition/format.ts';
import { evaluateCondition, evaluateExpression } from '@mainspring/engine/expression/evaluate-expression.ts';
import { ExpressionError } from '@mainspring/engine/expression/expression-error.ts';
import type { Names } from '@mainspring/engine/expression/names.ts';
import type { Deployment, OrganizationDeployments } from '../deployments/deployments.ts';
import type { Intake, TriggerDecision } from '../public.ts';

/** Longest chain of workflows that start each other, by events or by calls. */
export const MAX_DEPTH = 20;

/** A run that the event is to start, unless one of its gates says otherwise. */
export type Start = {
  readonly deployment: Deployment;
  readonly trigger: Trigger | null;
  readonly gates: readonly Gate[];
  readonly orderKey: string | null;
};

export type Gate =
  | { readonly kind: 'reentry'; readonly rule: 'once' | 'while-not-active'; readonly subjectId: string }
  | { readonly kind: 'debounce'; readonly key: string; readonly for: string }
  | { readonly kind: 'rate-limit'; readonly key: string; readonly limit: number; readonly per: string }
  | { readonly kind: 'throttle'; readonly key: string; readonly limit: number; readonly per: string };

export type Route =
  | { readonly kind: 'inactive' }
  | { readonly kind: 'routed'; readonly starts: readonly Start[]; readonly refused: readonly TriggerDecision[] };

export function routeEvent(intake: Intake, organization: OrganizationDeployments, now: number): Route {
  const candidates = findCandidates(intake, organization);
  if (candidates === null) return { kind: 'inactive' };
  const starts: Start[] = [];
  const refused: TriggerDecision[] = [];
  for (const { deployment, trigger } of candidates) {
    const answer = askTrigger(intake, organization, deployment, trigger, now);
    if (answer.kind === 'start') starts.push(answer.start);
    else refused.push(answer.decision);
  }
  return { kind: 'routed', starts, refused };
}

type Candidate = { readonly deployment: Deployment; readonly trigger: Trigger | null };

function findCandidates(intake: Intake, organization: OrganizationDeployments): readonly Candidate[] | null {
  const { target } = intake;
  if (target === null) return organization.listeners.filter(({ trigger }) => listensTo(trigger, intake));
  const deployment = organization.byWorkflow.get(target.workflowId);
  if (deployment === undefined) return null;
  const { triggers } = deployment.definition;
  switch (target.kind) {
    case 'manual':
      return [{ deployment, trigger: triggers.find((trigger) => trigger.type === 'manual') ?? null }];
    case 'replay':
      return [{ deployment, trigger: triggers.find((trigger) => trigger.id === target.triggerId) ?? null }];
    case 'trigger': {
      const trigger = triggers.find((each) => each.id === target.triggerId);
      return trigger === undefined ? null : [{ deployment, trigger }];
    }
  }
}

type Answer =
  | { readonly kind: 'start'; readonly start: Start }
  | { readonly kind: 'refused'; readonly decision: TriggerDecision };

function askTrigger(
  intake: Intake,
  organization: OrganizationDeployments,
  deployment: Deployment,
  trigger: Trigger | null,
  now: number,
): Answer {
  const refuse = (outcome: TriggerDecision['outcome'], detail: string | null): Answer => ({
    kind: 'refused',
    decision: {
      workflowId: deployment.workflowId,
      triggerId: trigger?.id ?? null,
      outcome,
      runId: null,
      detail,
    },
  });
  if (intake.depth > MAX_DEPTH) {
    return refuse(
      'too_deep',
      `The event stands at the end of a chain of ${MAX_DEPTH} workflows that start each other.`,
    );
  }
  const { settings } = deployment.definition;
  const orderKey = settings.order === 'subject' ? intake.subjectId : null;
  const asked = intake.target === null || intake.target.kind === 'trigger';
  if (!asked) return { kind: 'start', start: { deployment, trigger, gates: [], orderKey } };
  try {
    const names = namesOf(intake, organization, now);
    if (trigger !== null && 'where' in trigger && trigger.where !== undefined) {
      if (!evaluateCondition(trigger.where, names)) return refuse('filtered', trigger.where);
    }
    const gates = gatesOf(deployment, trigger, intake, names);
    return { kind: 'start', start: { deployment, trigger, gates, orderKey } };
  } catch (error) {
    if (error instanceof ExpressionError) return refuse('filter_failed', error.message);
    throw error;
  }
}

function gatesOf(deployment: Deployment, trigger: Trigger | null, intake: Intake, names: Names): readonly Gate[] {
  const { workflowId } = deployment;
  const { settings } = deployment.definition;
  const gates: Gate[] = [];
  const reentry = reentryGate(settings, intake.subjectId);
  const scope = `${workflowId}/${trigger?.id ?? ''}`;
  if (trigger?.rateLimit) {
    gates.push({ kind: 'rate-limit', ...rateOf(trigger.rateLimit, `limit/${scope}`, names) });
  }
  if (settings.rateLimit) {
    gates.push({ kind: 'rate-limit', ...rateOf(settings.rateLimit, `limit/${workflowId}`, names) });
  }
  if (reentry) gates.push(reentry);
  if (trigger?.debounce) {
    const rule = typeof trigger.debounce === 'string' ? { for: trigger.debounce } : trigger.debounce;
    const by = 'by' in rule ? keyOf(rule.by, names) : (intake.subjectId ?? '');
    gates.push({ kind: 'debounce', key: `${trigger.id}/${by}`, for: rule.for });
  }
  if (trigger?.throttle) gates.push({ kind: 'throttle', ...rateOf(trigger.throttle, `throttle/${scope}`, names) });
  return gates;
}

function reentryGate(settings: Settings, subjectId: string | null): Gate | null {
  const rule = settings.reentry ?? 'always';
  if (rule === 'always' || subjectId === null) return null;
  return { kind: 'reentry', rule, subjectId };
}

function rateOf(rate: { limit: number; per: string; by?: string | undefined }, scope: string, names: Names) {
  return { key: `${scope}/${keyOf(rate.by, names)}`, limit: rate.limit, per: rate.per };
}

function keyOf(by: string | undefined, names: Names): string {
  return by === undefined ? '' : JSON.stringify(evaluateExpression(by, names));
}

function namesOf(intake: Intake, organization: OrganizationDeployments, now: number): Names {
  return {
    event: { type: intake.type, data: intake.data, time: intake.time ?? new Date(now).toISOString() },
    client: intake.subjectId === null ? null : { id: intake.subjectId },
    steps: {},
    vars: {},
    run: { id: '', startedAt: new Date(now).toISOString() },
    org: { name: organization.name, timezone: organization.timezone },
    now,
  };
}
