import type { TriggerOf } from '@mainspring/engine/definition/format.ts';
import type { ScheduleRule } from '@mainspring/engine/schedule/ticks.ts';

/** Reads a schedule trigger. Its zone is its own, else the workflow's where that names one, else the organization's. */
export function scheduleRule(
  trigger: TriggerOf<'schedule'>,
  context: { readonly organization: string; readonly workflow: string | undefined; readonly anchor: Date },
): ScheduleRule {
  const zone = trigger.timezone ?? namedZone(context.workflow) ?? context.organization;
  if (trigger.cron !== undefined) return { kind: 'cron', cron: trigger.cron, zone };
  return { kind: 'every', every: trigger.every ?? 'P1D', zone, anchor: context.anchor.getTime() };
}

function namedZone(timezone: string | undefined): string | undefined {
  return timezone === 'org' || timezone === 'client' ? undefined : timezone;
}
