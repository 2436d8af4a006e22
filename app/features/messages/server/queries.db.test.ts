import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transaction } from '../../../platform/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/db/testing/create-test-database.ts';
import { newId } from '../../../platform/ids/id.ts';
import {
  beginAttempt,
  endAttempt,
  findMessage,
  insertMessage,
  listMessages,
  type MessageFilter,
  type NewMessage,
} from './queries.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Asks for an organization that nobody knows. */
async function asStranger<T>(ask: (tx: Transaction, org: string) => Promise<T>): Promise<T> {
  const org = newId();
  return db.withTenant(org, (tx) => ask(tx, org));
}

function message(organizationId: string, changes: Partial<NewMessage> = {}): NewMessage {
  return {
    organizationId,
    channel: 'email',
    to: ['jane@example.com'],
    cc: [],
    bcc: [],
    replyTo: null,
    from: 'studio@example.com',
    subject: 'Hello',
    text: 'Hi',
    html: null,
    status: 'outbox',
    runId: null,
    workflowId: null,
    step: 'mail',
    idempotencyKey: newId(),
    messageId: '<a@example.com>',
    ...changes,
  };
}

describe('insertMessage', () => {
  it('stores a message that findMessage gives back', async () => {
    const org = newId();
    const runId = newId();
    const given = message(org, { cc: ['c@example.com'], html: '<p>Hi</p>', runId, replyTo: 'r@example.com' });
    const { id } = await db.withTenant(org, (tx) => insertMessage(tx, given));
    const { organizationId, idempotencyKey, ...stored } = given;
    expect(await db.withTenant(org, (tx) => findMessage(tx, org, id))).toEqual({
      ...stored,
      id,
      error: null,
      createdAt: expect.any(Date),
      attemptedAt: null,
      sentAt: null,
    });
  });

  it('finds the first one under the same key, also when both come at once', async () => {
    const org = newId();
    const same = message(org);
    const insert = () => db.withTenant(org, (tx) => insertMessage(tx, same));
    const found = await Promise.all([insert(), insert(), insert()]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
  });

  it('does not take another organization for its own', async () => {
    const [org, other] = [newId(), newId()];
    await expect(db.withTenant(other, (tx) => insertMessage(tx, message(org)))).rejects.toThrow(/row-level security/);
  });
});

describe('findMessage', () => {
  it.each(['nonsense', '', "' or 1=1"])('finds nothing by %j', async (id) => {
    expect(await asStranger((tx, org) => findMessage(tx, org, id))).toBeUndefined();
  });

  it('finds nothing of another organization', async () => {
    const org = newId();
    const { id } = await db.withTenant(org, (tx) => insertMessage(tx, message(org)));
    expect(await asStranger((tx, org) => findMessage(tx, org, id))).toBeUndefined();
  });
});

describe('listMessages', () => {
  const org = newId();
  const runId = newId();
  beforeAll(async () => {
    for (const changes of [
      { subject: '1' },
      { subject: '2', to: ['joe@example.com', 'jane@example.com'] },
      { subject: '3', to: ['joe@example.com'], runId },
      { subject: '4', channel: 'sms', to: ['+15550100'] },
    ]) {
      await db.withTenant(org, (tx) => insertMessage(tx, message(org, changes)));
    }
  });
  const list = (filter: MessageFilter, limit = 10, cursor: string | null = null) =>
    db.withTenant(org, (tx) => listMessages(tx, org, filter, { limit, cursor }));
  const subjects = async (filter: MessageFilter) => (await list(filter)).items.map(({ subject }) => subject);

  it.each([
    [{}, ['4', '3', '2', '1']],
    [{ channel: 'sms' }, ['4']],
    [{ to: 'jane@example.com' }, ['2', '1']],
    [{ to: 'joe@example.com', runId }, ['3']],
    [{ runId }, ['3']],
    [{ runId: 'nonsense' }, []],
    [{ to: "x'] or true" }, []],
  ])('lists by %j, newest first', async (filter, expected) => {
    expect(await subjects(filter)).toEqual(expected);
  });

  it('pages without a gap or a repeat', async () => {
    const first = await list({}, 3);
    expect(first.items.map(({ subject }) => subject)).toEqual(['4', '3', '2']);
    const second = await list({}, 3, first.nextCursor);
    expect(second.items.map(({ subject }) => subject)).toEqual(['1']);
    expect(second.nextCursor).toBeNull();
  });

  it('shows nothing to another organization', async () => {
    const { items } = await asStranger((tx, org) => listMessages(tx, org, {}, { limit: 10, cursor: null }));
    expect(items).toEqual([]);
  });
});

describe('beginAttempt', () => {
  const org = newId();
  const windowMs = 60_000;
  const insert = () => db.withTenant(org, (tx) => insertMessage(tx, message(org, { status: 'sending' })));
  const begin = (id: string) => db.withTenant(org, (tx) => beginAttempt(tx, org, id, windowMs));
  const find = (id: string) => db.withTenant(org, (tx) => findMessage(tx, org, id));
  const age = (id: string) =>
    db.withTenant(org, (tx) =>
      sql`update messages set attempted_at = now() - interval '2 hours' where id = ${id}`.execute(tx),
    );

  it('notes when it began, and begins again soon after', async () => {
    const { id } = await insert();
    expect(await begin(id)).toEqual({ kind: 'begun' });
    expect(await find(id)).toMatchObject({ status: 'sending', attemptedAt: expect.any(Date) });
    expect(await begin(id)).toEqual({ kind: 'begun' });
  });

  it('holds what may have left long ago', async () => {
    const { id } = await insert();
    await begin(id);
    await age(id);
    expect(await begin(id)).toMatchObject({ kind: 'outcome-unknown' });
    expect(await find(id)).toMatchObject({ status: 'held', error: expect.stringContaining('nobody knows') });
    expect(await begin(id)).toMatchObject({ kind: 'outcome-unknown' });
  });

  it('begins again however late after a failure that is sure', async () => {
    const { id } = await insert();
    await begin(id);
    await db.withTenant(org, (tx) => endAttempt(tx, org, id, { kind: 'failed', error: 'refused' }));
    expect(await find(id)).toMatchObject({ status: 'failed', error: 'refused' });
    await age(id);
    expect(await begin(id)).toEqual({ kind: 'begun' });
    expect(await find(id)).toMatchObject({ status: 'sending', error: null });
  });

  it('never begins again what was sent, whatever a slower attempt says', async () => {
    const { id } = await insert();
    await begin(id);
    await db.withTenant(org, (tx) => endAttempt(tx, org, id, { kind: 'sent', note: null }));
    await db.withTenant(org, (tx) => endAttempt(tx, org, id, { kind: 'failed', error: 'late' }));
    expect(await find(id)).toMatchObject({ status: 'sent', sentAt: expect.any(Date), error: null });
    expect(await begin(id)).toEqual({ kind: 'already-sent' });
  });
});
