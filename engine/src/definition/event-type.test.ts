import { describe, expect, test } from 'vitest';
import { listenedEvent, listensTo, matchesEventName } from './event-type.ts';
import type { Trigger } from './format.ts';

describe('matchesEventName', () => {
  test.each([
    ['client.created', 'client.created', true],
    ['client.created', 'client.created.twice', false],
    ['client.*', 'client.created', true],
    ['client.*', 'client.stage.changed', true],
    ['client.*', 'client', false],
    ['client.*', 'clients.created', false],
    ['*', 'anything', true],
    ['', 'anything', false],
  ])('%s and %s: %s', (pattern, name, matches) => {
    expect(matchesEventName(pattern, name)).toBe(matches);
  });
});

describe('listensTo', () => {
  const form: Trigger = { id: 't', type: 'form', object: 'form_1' };
  test.each<[Trigger, string, { readonly [key: string]: string }, boolean]>([
    [{ id: 't', type: 'event', event: 'deal.*' }, 'deal.won', {}, true],
    [{ id: 't', type: 'event', event: 'deal.*' }, 'lead.won', {}, false],
    [form, 'form.submitted', { formId: 'form_1' }, true],
    [form, 'form.submitted', { formId: 'form_2' }, false],
    [form, 'form.submitted', {}, false],
    [{ id: 't', type: 'form' }, 'form.submitted', { formId: 'form_2' }, true],
    [{ id: 't', type: 'booking' }, 'booking.cancelled', {}, true],
    [{ id: 't', type: 'call' }, 'call.started', {}, false],
    [{ id: 't', type: 'webhook' }, 'webhook', {}, false],
    [{ id: 't', type: 'manual' }, 'manual', {}, false],
  ])('%j hears %s with %j: %s', (trigger, type, data, hears) => {
    expect(listensTo(trigger, { type, data })).toBe(hears);
  });
});

test('a schedule, a webhook, a person and a date need no event', () => {
  const others: Trigger[] = [
    { id: 't', type: 'schedule', every: 'P1D' },
    { id: 't', type: 'webhook' },
    { id: 't', type: 'manual' },
    { id: 't', type: 'date', field: 'birthday' },
  ];
  expect(others.map(listenedEvent)).toEqual([null, null, null, null]);
});
