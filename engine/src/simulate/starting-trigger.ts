import { listenedEvent, matchesEventName } from '../definition/event-type.ts';
import type { Trigger, WorkflowDefinition } from '../definition/format.ts';

/** The trigger by which an event of this type would start the workflow, or null for a start by hand. */
export function startingTrigger(definition: WorkflowDefinition, eventType: string): string | null {
  return definition.triggers.find((trigger) => isStartedBy(trigger, eventType))?.id ?? null;
}

function isStartedBy(trigger: Trigger, eventType: string): boolean {
  const pattern = listenedEvent(trigger);
  if (pattern !== null && matchesEventName(pattern, eventType)) return true;
  return eventType === trigger.type || eventType === OWN_EVENTS[trigger.type];
}

/** What the server calls the events of triggers that listen to no name. The trigger's own type will do as well. */
const OWN_EVENTS: Partial<Record<Trigger['type'], string>> = {
  webhook: 'webhook.received',
  schedule: 'schedule.ticked',
};
