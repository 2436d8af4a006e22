/**
 * The rows of messages. Every statement runs in a tenant's transaction, which sees that organization alone, and names the
 * organization besides: each of the two keeps the others' rows away without the other.
 */
import { type ExpressionBuilder, sql } from 'kysely';
import type { Tables, Transaction } from '../../../platform/db/database.ts';
import { isId, newId } from '../../../platform/ids/id.ts';

/** `sending`: an attempt has begun, and how it ended is not known (yet). */
export type MessageStatus = 'outbox' | 'sending' | 'sent' | 'failed' | 'held';

export type NewMessage = {
  readonly organizationId: string;
  readonly channel: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: string | null;
  readonly from: string | null;
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly status: MessageStatus;
  readonly runId: string | null;
  readonly workflowId: string | null;
  readonly step: string | null;
  readonly idempotencyKey: string;
  /** Message-ID header of the mail. */
  readonly messageId: string | null;
};

export type Message = Omit<NewMessage, 'organizationId' | 'idempotencyKey'> & {
  readonly id: string;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly attemptedAt: Date | null;
  readonly sentAt: Date | null;
};

export type MessageFilter = {
  readonly channel?: string | undefined;
  /** One of the recipients in `to`, written as it was given. */
  readonly to?: string | undefined;
  readonly runId?: string | undefined;
  /** Also mails about accounts, which are for owners alone. */
  readonly withPrivate?: boolean | undefined;
};

const COLUMNS = [
  'id',
  'channel',
  'to_addresses',
  'cc',
  'bcc',
  'reply_to',
  'from_address',
  'subject',
  'body_text',
  'body_html',
  'status',
  'error',
  'run_id',
  'workflow_id',
  'step',
  'message_id',
  'created_at',
  'attempted_at',
  'sent_at',
] as const;

/** Stores a message, or finds the one that an earlier attempt stored under the same key. */
export async function insertMessage(tx: Transaction, message: NewMessage): Promise<{ id: string }> {
  const inserted = await tx
    .insertInto('messages')
    .values({
      org_id: message.organizationId,
      id: newId(),
      channel: message.channel,
      to_addresses: [...message.to],
      cc: [...message.cc],
      bcc: [...message.bcc],
      reply_to: message.replyTo,
      from_address: message.from,
      subject: message.subject,
      body_text: message.text,
      body_html: message.html,
      status: message.status,
      run_id: message.runId,
      workflow_id: message.workflowId,
      step: message.step,
      idempotency_key: message.idempotencyKey,
      message_id: message.messageId,
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'idempotency_key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted) return inserted;
  return tx
    .selectFrom('messages')
    .select('id')
    .where('org_id', '=', message.organizationId)
    .where('idempotency_key', '=', message.idempotencyKey)
    .executeTakeFirstOrThrow();
}

/** Newest first. `cursor` is the id of the last one of the page before. */
export async function listMessages(
  tx: Transaction,
  organizationId: string,
  filter: MessageFilter,
  page: { readonly limit: number; readonly cursor: string | null },
): Promise<{ items: Message[]; nextCursor: string | null }> {
  const { channel, to, runId, withPrivate } = filter;
  if (runId !== undefined && !isId(runId)) return { items: [], nextCursor: null };
  const matches = (row: ExpressionBuilder<Tables, 'messages'>) =>
    row.and([
      row('org_id', '=', organizationId),
      ...(withPrivate ? [] : [row('private', '=', false)]),
      ...(channel === undefined ? [] : [row('channel', '=', channel)]),
      ...(to === undefined ? [] : [sql<boolean>`to_addresses @> array[${to}]::text[]`]),
      ...(runId === undefined ? [] : [row('run_id', '=', runId)]),
      ...(page.cursor === null ? [] : [row('id', '<', page.cursor)]),
    ]);
  const rows = await tx
    .selectFrom('messages')
    .select(COLUMNS)
    .where(matches)
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const items = rows.slice(0, page.limit).map(toMessage);
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Undefined for an id that is malformed, unknown, of another organization, or of a message that is not to be seen. */
export async function findMessage(
  tx: Transaction,
  organizationId: string,
  id: string,
  { withPrivate = false }: Pick<MessageFilter, 'withPrivate'> = {},
): Promise<Message | undefined> {
  if (!isId(id)) return undefined;
  const row = await tx
    .selectFrom('messages')
    .select(COLUMNS)
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .where((message) => (withPrivate ? message.lit(true) : message('private', '=', false)))
    .executeTakeFirst();
  return row && toMessage(row);
}

export type Attempt =
  | { readonly kind: 'begun' }
  | { readonly kind: 'already-sent' }
  /** An earlier attempt began `sinceMs` ago and nobody knows how it ended. */
  | { readonly kind: 'outcome-unknown'; readonly sinceMs: number };

/**
 * Marks a message as being sent, unless it was sent, or an earlier attempt of unknown end is older than `windowMs`:
 * then it is held for a person. Time by the database's clock.
 */
export async function beginAttempt(
  tx: Transaction,
  organizationId: string,
  id: string,
  windowMs: number,
): Promise<Attempt> {
  const update = tx.updateTable('messages').where('org_id', '=', organizationId).where('id', '=', id);
  const row = await tx
    .selectFrom('messages')
    .select(['status', sql<number>`extract(epoch from now() - attempted_at)::float8 * 1000`.as('since_ms')])
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (row.status === 'sent') return { kind: 'already-sent' };
  const isUnknown = row.status === 'held' || (row.status === 'sending' && row.since_ms > windowMs);
  if (isUnknown) {
    const error = 'An attempt to send it was cut off, and nobody knows whether it left.';
    await update.set({ status: 'held', error }).execute();
    return { kind: 'outcome-unknown', sinceMs: row.since_ms };
  }
  await update.set({ status: 'sending', error: null, attempted_at: sql<Date>`now()` }).execute();
  return { kind: 'begun' };
}

export type AttemptEnd =
  /** `note` names recipients that were refused beside others. */
  | { readonly kind: 'sent'; readonly note: string | null }
  | { readonly kind: 'failed'; readonly error: string }
  /** Stays `sending`: it may have left. */
  | { readonly kind: 'unknown'; readonly error: string };

/** Notes how an attempt ended. What was once noted as sent stays so, whatever a slower attempt says later. */
export async function endAttempt(tx: Transaction, organizationId: string, id: string, end: AttemptEnd): Promise<void> {
  const update = tx
    .updateTable('messages')
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', '<>', 'sent');
  switch (end.kind) {
    case 'sent':
      await update.set({ status: 'sent', sent_at: sql<Date>`now()`, error: end.note }).execute();
      return;
    case 'failed':
      await update.set({ status: 'failed', error: end.error }).execute();
      return;
    case 'unknown':
      await update.set({ status: 'sending', error: end.error }).execute();
      return;
  }
}

type Row = {
  readonly [Column in (typeof COLUMNS)[number]]: import('kysely').Selectable<Tables['messages']>[Column];
};

function toMessage(row: Row): Message {
  return {
    id: row.id,
    channel: row.channel,
    to: row.to_addresses,
    cc: row.cc,
    bcc: row.bcc,
    replyTo: row.reply_to,
    from: row.from_address,
    subject: row.subject,
    text: row.body_text,
    html: row.body_html,
    status: row.status as MessageStatus,
    error: row.error,
    runId: row.run_id,
    workflowId: row.workflow_id,
    step: row.step,
    messageId: row.message_id,
    createdAt: row.created_at,
    attemptedAt: row.attempted_at,
    sentAt: row.sent_at,
  };
}
