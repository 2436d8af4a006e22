/** The workflows that the suite keeps busy: each leaves traces by which the checker can tell one promise. */

import type { Service } from '../parts/world-stub.ts';

export const WORKFLOW_NAMES = [
  'charge',
  'once',
  'timer',
  'waiter',
  'parent',
  'child',
  'ordered',
  'pinned',
  'letter',
  'tick-skip',
  'tick-once',
  'tick-all',
] as const;
export type WorkflowName = (typeof WORKFLOW_NAMES)[number];

/** Where each service listens, such as `http://127.0.0.1:4000`. */
export type WorldAddress = { readonly worldUrls: Readonly<Record<Service, string>> };

const HOOK = { id: 'hook', type: 'webhook' };
const KEY = { $: 'event.data.body.key' };
const RETRY = { attempts: 12, backoff: 'exponential', initial: 'PT0.2S', max: 'PT2S' };
/** Longer than the slowest answer that comes. */
const TIMEOUT = 'PT3S';

/** `schedule` ticks once a second or so; a minute would be too seldom for a short run. */
const EVERY = 'PT2S';

export function definitionOf(name: WorkflowName, address: WorldAddress & { readonly childId: string }): unknown {
  const call = (id: string, more: Readonly<Record<string, unknown>>, body: unknown = { key: KEY }) => ({
    id,
    type: 'http.request',
    input: { method: 'POST', url: `${address.worldUrls[name as Service]}/${name}/${id}`, body },
    timeout: TIMEOUT,
    ...more,
  });
  const workflow = (triggers: readonly unknown[], nodes: readonly { readonly id: string }[], more = {}) => ({
    format: 'mainspring/workflow@1',
    name,
    triggers,
    nodes,
    edges: chain([(triggers[0] as { id: string }).id, ...nodes.map((node) => node.id)]),
    ...more,
  });
  const mail = {
    id: 'mail',
    type: 'email.send',
    input: { to: 'lead@example.com', subject: 'For {{ event.data.body.key }}', body: 'Hello' },
    retry: RETRY,
    timeout: 'PT10S',
  };
  switch (name) {
    case 'charge':
      return workflow([HOOK], [call('charge', { retry: RETRY }), mail, call('receipt', { retry: RETRY })]);
    case 'once':
      return workflow([HOOK], [call('once', { repeatable: false, retry: RETRY })]);
    case 'timer':
      return workflow([HOOK], [node('pause', 'flow.delay', { for: { $: 'event.data.body.pause' } })]);
    case 'waiter':
      return workflow(
        [HOOK],
        [
          node('note', 'flow.set', { vars: { key: KEY } }),
          node('wait', 'flow.wait_for_event', {
            event: 'reply.received',
            where: 'event.data.key == vars.key',
            timeout: 'PT1H',
            lookback: 'PT1H',
          }),
        ],
      );
    case 'parent':
      return workflow(
        [HOOK],
        [node('start', 'flow.workflow', { workflow: address.childId, input: { key: KEY }, wait: true })],
      );
    case 'child':
      return workflow(
        [{ id: 'by_hand', type: 'manual' }],
        [call('work', { retry: RETRY }, { key: { $: 'event.data.key' } })],
      );
    case 'ordered':
      return workflow(
        [{ id: 'placed', type: 'event', event: 'order.placed' }],
        [call('step', { retry: RETRY }, { subject: { $: 'event.data.subject' }, n: { $: 'event.data.n' } })],
        { settings: { subject: 'client', order: 'subject' } },
      );
    case 'pinned':
      return pinned(1, address);
    case 'letter':
      return workflow([HOOK], [mail]);
    case 'tick-skip':
      return ticking(name, 'skip');
    case 'tick-once':
      return ticking(name, 'once');
    case 'tick-all':
      return ticking(name, 'all');
  }
}

/** Says its version before and after a pause, in which a newer one is published. */
export function pinned(version: number, { worldUrls }: WorldAddress): unknown {
  const say = (id: string) => ({
    id,
    type: 'http.request',
    input: { method: 'POST', url: `${worldUrls.pinned}/pinned/${id}`, body: { key: KEY, version } },
    retry: RETRY,
    timeout: TIMEOUT,
  });
  return {
    format: 'mainspring/workflow@1',
    name: 'pinned',
    triggers: [HOOK],
    nodes: [say('before'), { id: 'pause', type: 'flow.delay', input: { for: 'PT4S' } }, say('after')],
    edges: chain(['hook', 'before', 'pause', 'after']),
  };
}

function ticking(name: string, missed: string): unknown {
  const tick = tickTrigger(name);
  return {
    format: 'mainspring/workflow@1',
    name,
    triggers: [{ id: tick, type: 'schedule', every: EVERY, missed }],
    nodes: [{ id: 'note', type: 'flow.set', input: { vars: { at: { $: 'event.data.scheduledFor' } } } }],
    edges: chain([tick, 'note']),
  };
}

/** Ids of triggers know no hyphen. */
export function tickTrigger(name: string): string {
  return name.replace('-', '_');
}

function node(id: string, type: string, input: Readonly<Record<string, unknown>>) {
  return { id, type, input };
}

function chain(ids: readonly string[]): readonly unknown[] {
  return ids.slice(1).map((to, index) => ({ from: ids[index], to }));
}
