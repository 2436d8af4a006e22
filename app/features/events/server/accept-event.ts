import type { Json } from '@mainspring/engine/json.ts';
import type { Runtime } from '../../../runtime/public.ts';

export type EventsContext = { readonly runtime: Pick<Runtime, 'accept'> };

export type PostedEvent = {
  readonly type: string;
  readonly data: Json;
  readonly clientId?: string | undefined;
  readonly time?: string | undefined;
  readonly key?: string | undefined;
};

export type EventAnswer = { eventId: string; runIds: string[]; duplicate: boolean };

/**
 * Takes an event in and starts a run of each workflow that listens to it. `callKey` is the caller's Idempotency-Key;
 * the event's own key goes before it, as that one belongs to the event and not to the call.
 */
export async function acceptEvent(
  { runtime }: EventsContext,
  organizationId: string,
  event: PostedEvent,
  callKey: string | undefined,
): Promise<EventAnswer> {
  const answer = await runtime.accept({
    organizationId,
    type: event.type,
    data: event.data,
    subjectId: event.clientId ?? null,
    time: event.time === undefined ? null : new Date(event.time).toISOString(),
    key: keyOf(event.key, callKey),
    target: null,
    depth: 0,
  });
  // Only an event for one workflow can meet one that is off.
  if (answer.kind === 'inactive') throw new Error('An event for everyone was answered as for one inactive workflow.');
  return { eventId: answer.eventId, runIds: [...answer.runIds], duplicate: answer.duplicate };
}

function keyOf(key: string | undefined, callKey: string | undefined): string | null {
  if (key !== undefined) return `event/${key}`;
  return callKey === undefined ? null : `call/${callKey}`;
}
