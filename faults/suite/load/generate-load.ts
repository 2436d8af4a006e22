/**
 * Posts at a steady rate, whatever the answers: the load of a run. What was sent and what was answered is kept, for the
 * checker to compare with what the tables say.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random, seedOf } from '../random.ts';
import type { ApiClient } from './api-client.ts';
import type { Published } from './publish-workflows.ts';
import { pinned, type WorkflowName, type WorldAddress } from './workflows.ts';

/** One thing that a sender wanted done, however many posts it took. */
export type Operation = {
  readonly workflow: WorkflowName;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** Of the first answer that said yes; null where none did. */
  acceptedAt: number | null;
  /** Of each answer that said yes, in order of arrival. */
  readonly answers: { readonly runIds: readonly string[]; readonly duplicate: boolean }[];
  /** Posts that got no yes: by status, or the reason why there was none. */
  readonly refusals: Record<string, number>;
  /** Of `ordered`. */
  readonly subject?: string;
  readonly n?: number;
  /** Of `waiter`: the event that it waits for was accepted. */
  replied?: boolean;
};

export type LoadOptions = {
  readonly client: ApiClient;
  readonly published: Published;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly forMs: number;
  readonly worldUrls: WorldAddress['worldUrls'];
  /** Without `letter`, mails go to the outbox; with it they go by the mail sink. */
  readonly kinds: readonly WorkflowName[];
  readonly prefix: string;
};

/** With the random stream of one operation. */
type Posting = LoadOptions & { readonly random: Random };

export type Load = {
  readonly operations: readonly Operation[];
  /** Resolves when every operation was accepted or given up. */
  readonly done: Promise<void>;
};

const SUBJECTS = 6;
const DUPLICATE_SHARE = 0.25;
const LATE_REPEAT_SHARE = 0.05;
const GIVE_UP_MS = 60_000;
const RETRY_MS = [100, 700] as const;
const LATE_REPEAT_MS = 3_000;
const PUBLISH_EVERY_MS = 5_000;
/** Of timers; a short load has shorter ones. */
const LONGEST_PAUSE_S = 12;

export function startLoad(options: LoadOptions): Load {
  const operations: Operation[] = [];
  const pending = new Set<Promise<void>>();
  const chains = new Map<string, Promise<void>>();
  const begin = (work: Promise<void>) => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  };
  const done = (async () => {
    const end = performance.now() + options.forMs;
    let published = performance.now();
    let version = 1;
    for (let n = 0; performance.now() < end; n += 1) {
      const operation = plan(options, n);
      operations.push(operation);
      begin(perform(options, operation, chains));
      if (options.kinds.includes('pinned') && performance.now() - published > PUBLISH_EVERY_MS) {
        published = performance.now();
        version += 1;
        begin(publish(options, version));
      }
      await sleep(1_000 / options.ratePerSecond);
    }
    while (pending.size > 0) await Promise.all(pending);
  })();
  return { operations, done };
}

function plan({ seed, kinds, prefix }: LoadOptions, n: number): Operation {
  const random = createRandom(seedOf(`${seed}/${prefix}/${n}`));
  const workflow = random.pick(kinds);
  const operation = {
    workflow,
    key: `${prefix}-${n}`,
    sentAt: Date.now(),
    acceptedAt: null,
    answers: [],
    refusals: {},
  };
  if (workflow !== 'ordered') return operation;
  return { ...operation, subject: `subject-${random.between(1, SUBJECTS)}`, n };
}

async function perform(options: LoadOptions, operation: Operation, chains: Map<string, Promise<void>>): Promise<void> {
  const random = createRandom(seedOf(`${options.seed}/${operation.key}`));
  if (operation.workflow === 'ordered') return performInOrder({ ...options, random }, operation, chains);
  const copies = random.chance(DUPLICATE_SHARE) ? random.between(2, 4) : 1;
  const repeatsLate = random.chance(LATE_REPEAT_SHARE);
  const body = { key: operation.key, pause: `PT${random.between(1, longestPauseS(options))}S` };
  const path = options.published.hooks[operation.workflow] ?? '';
  const sent = { body, headers: { 'idempotency-key': operation.key } };
  const work = [...Array(copies).keys()].map(() => postUntilAccepted({ ...options, random }, operation, path, sent));
  if (operation.workflow === 'waiter') work.push(reply({ ...options, random }, operation));
  await Promise.all(work);
  if (!repeatsLate) return;
  await sleep(LATE_REPEAT_MS);
  await postUntilAccepted({ ...options, random }, operation, path, sent);
}

function longestPauseS({ forMs }: LoadOptions): number {
  return Math.min(LONGEST_PAUSE_S, Math.floor(forMs / 4_000));
}

/** Events of one subject are posted one after the other: else nobody could say which came first. */
function performInOrder(options: Posting, operation: Operation, chains: Map<string, Promise<void>>): Promise<void> {
  const { subject = '', n, key } = operation;
  const body = { type: 'order.placed', data: { subject, n, key }, clientId: subject, key };
  const last = chains.get(subject) ?? Promise.resolve();
  const next = last.then(() => postUntilAccepted(options, operation, '/api/v1/events', { body }));
  chains.set(subject, next);
  return next;
}

/** Before, while or after the run begins to wait. */
async function reply(options: Posting, operation: Operation): Promise<void> {
  await sleep(options.random.between(0, 4_000));
  const { key } = operation;
  const sent = { body: { type: 'reply.received', data: { key }, key: `reply-${key}` } };
  const shadow: Operation = { ...operation, answers: [], refusals: {} };
  await postUntilAccepted(options, shadow, '/api/v1/events', sent);
  operation.replied = shadow.acceptedAt !== null;
}

async function postUntilAccepted(
  { client, random }: Posting,
  operation: Operation,
  path: string,
  sent: { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> },
): Promise<void> {
  const giveUp = performance.now() + GIVE_UP_MS;
  while (performance.now() < giveUp) {
    try {
      const { status, body } = await client.call('POST', path, sent);
      if (status >= 200 && status < 300) {
        operation.acceptedAt ??= Date.now();
        operation.answers.push({ runIds: body.runIds, duplicate: body.duplicate });
        return;
      }
      count(operation, String(status));
    } catch (error) {
      count(operation, reasonOf(error));
    }
    await sleep(random.between(...RETRY_MS));
  }
}

function count({ refusals }: Operation, reason: string): void {
  refusals[reason] = (refusals[reason] ?? 0) + 1;
}

function reasonOf(error: unknown): string {
  const { cause, name } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? name;
}

async function publish({ client, published, worldUrls }: LoadOptions, version: number): Promise<void> {
  const path = `/api/v1/workflows/${published.ids.pinned}`;
  try {
    await client.call('PATCH', path, { body: { definition: pinned(version, { worldUrls }) } });
    await client.call('POST', `${path}/publish`, { body: {} });
  } catch {
    // The API is down for a moment; the next version comes soon.
  }
}
