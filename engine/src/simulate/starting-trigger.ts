import type { Trigger, WorkflowDefinition } from '../definition/format.ts';
import { matchesEventName } from '../run/event-name.ts';

/** The trigger by which an event of this type would start the workflow, or null for a start by hand. */
export function startingTrigger(definition: WorkflowDefinition, eventType: string): string | null {
  const listens = (trigger: Trigger) =>
    trigger.type === 'event' ? matchesEventName(trigger.event, eventType) : trigger.type === eventType;
  return definition.triggers.find(listens)?.id ?? null;
}
