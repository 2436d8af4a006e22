/** Which events a trigger listens to. */
import { isJsonObject, type Json } from '../json.ts';
import type { Trigger } from './format.ts';

/** The name, or pattern, of the events that start a trigger; null for one that no event starts. */
export function listenedEvent(trigger: Trigger): string | null {
  switch (trigger.type) {
    case 'event':
      return trigger.event;
    case 'form':
      return 'form.submitted';
    case 'email':
      return 'email.received';
    case 'booking':
      return 'booking.*';
    case 'call':
      return 'call.ended';
    case 'schedule':
    case 'webhook':
    case 'manual':
    case 'date':
      return null;
  }
}

/** True where the event is one that the trigger waits for, of the object it names. Its `where` is not asked. */
export function listensTo(trigger: Trigger, event: { readonly type: string; readonly data: Json }): boolean {
  const pattern = listenedEvent(trigger);
  if (pattern === null || !matchesEventName(pattern, event.type)) return false;
  const object = objectOf(trigger);
  return object === null || (isJsonObject(event.data) && event.data[object.field] === object.id);
}

/** `client.created` matches itself, `client.*` all that begins with `client.`, `*` everything. */
export function matchesEventName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The object that a trigger is bound to, and the field of the event's data that names it. */
function objectOf(trigger: Trigger): { readonly field: string; readonly id: string } | null {
  if (!('object' in trigger) || trigger.object === undefined) return null;
  return { field: OBJECT_FIELDS[trigger.type], id: trigger.object };
}

const OBJECT_FIELDS = { form: 'formId', email: 'to', booking: 'calendarId', call: 'to' } as const;
