import type { ActionContext } from '@mainspring/sdk/action.ts';
import { actionFacts } from '@mainspring/sdk/action.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../platform/db/testing/create-test-database.ts';
import { newId } from '../../../../platform/ids/id.ts';
import type { MailAccount } from '../../../../platform/mail/foreign-mailer.ts';
import { MailError } from '../../../../platform/mail/mail-error.ts';
import type { Mail } from '../../../../platform/mail/mail-message.ts';
import type { Connections } from '../../../connections/server/public.ts';
import { listMessages } from '../queries.ts';
import { createSmtpSend } from './smtp-send.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const connections: Connections = {
  open: async (_, reference) =>
    reference === 'mail'
      ? { kind: 'smtp', url: () => 'smtp://u:canary@mail.example.com', from: 'Own <own@example.com>' }
      : {
          kind: 'http',
          credentials: { name: '', hosts: [], headers: () => ({}), query: () => ({}), secrets: () => [] },
        },
};

function open(fail?: MailError) {
  const opened: MailAccount[] = [];
  const sent: Mail[] = [];
  let closed = 0;
  const action = createSmtpSend({
    connections,
    db,
    mailFrom: 'server@example.com',
    openMailer: (account) => {
      opened.push(account);
      return {
        from: account.from ?? 'server@example.com',
        verify: async () => {},
        send: async (mail) => {
          if (fail) throw fail;
          sent.push(mail);
          return { messageId: mail.messageId ?? '', accepted: [...mail.to], rejected: [] };
        },
        close: () => {
          closed += 1;
        },
      };
    },
  });
  return { action, opened, sent, closed: () => closed };
}

function context(): ActionContext {
  const runId = newId();
  return {
    organizationId: newId(),
    runId,
    workflowId: newId(),
    step: 'mail',
    attempt: 1,
    idempotencyKey: `org/${runId}/mail/0`,
    signal: new AbortController().signal,
    now: new Date(),
    log: () => {},
  };
}

const input = { to: 'jane@example.com', subject: 'Hello', body: 'Hi Jane', connection: 'mail' };

describe('smtp.send', () => {
  it('sends by the mail server of its connection and keeps the message', async () => {
    const { action, opened, sent, closed } = open();
    const ctx = context();
    const { messageId } = await action.run(action.input.parse(input), ctx);
    expect(opened).toEqual([{ url: 'smtp://u:canary@mail.example.com', from: 'Own <own@example.com>' }]);
    expect(sent).toMatchObject([{ from: 'Own <own@example.com>', to: ['jane@example.com'], subject: 'Hello' }]);
    expect(closed()).toBe(1);
    const page = { limit: 10, cursor: null };
    const { items } = await db.withTenant(ctx.organizationId, (tx) => listMessages(tx, ctx.organizationId, {}, page));
    expect(items).toMatchObject([{ id: messageId, status: 'sent', from: 'Own <own@example.com>' }]);
    expect(JSON.stringify(items)).not.toContain('canary');
  });

  it('fails as its mail server does, and closes it', async () => {
    const { action, closed } = open(new MailError('mail_deferred', 'Later.'));
    await expect(action.run(action.input.parse(input), context())).rejects.toMatchObject({ code: 'mail_deferred' });
    expect(closed()).toBe(1);
  });

  it('refuses a connection of another kind, and none at all', async () => {
    const { action, opened } = open();
    const asked = action.run(action.input.parse({ ...input, connection: 'crm' }), context());
    await expect(asked).rejects.toMatchObject({ kind: 'terminal', code: 'connection_unfit' });
    expect(opened).toEqual([]);
    expect(action.input.safeParse({ ...input, connection: undefined }).success).toBe(false);
    expect(actionFacts(action)).toMatchObject({ needsConnection: true });
    expect(actionFacts(action).inputSchema).toMatchObject({
      properties: { connection: { format: 'connection', kinds: ['smtp'], literal: true } },
    });
  });
});
