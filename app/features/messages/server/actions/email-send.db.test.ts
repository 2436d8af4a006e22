import type { AddressInfo } from 'node:net';
import type { ActionContext, ExternalAction, RecordAction } from '@mainspring/sdk/action.ts';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Transaction } from '../../../../platform/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../../../../platform/db/testing/create-test-database.ts';
import { newId } from '../../../../platform/ids/id.ts';
import { createLog } from '../../../../platform/log/log.ts';
import { createMailer, type Mailer } from '../../../../platform/mail/mailer.ts';
import { listMessages, type Message } from '../queries.ts';
import { createEmailSend } from './email-send.ts';

const mailFrom = 'Studio <studio@example.com>';
const log = createLog({ level: 'silent' });

let db: TestDatabase;
const cleanups: (() => unknown)[] = [];
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function context(changes: Partial<ActionContext> = {}): ActionContext {
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
    ...changes,
  };
}

async function messagesOf(organizationId: string): Promise<Message[]> {
  const page = { limit: 10, cursor: null };
  return (await db.withTenant(organizationId, (tx) => listMessages(tx, organizationId, {}, page))).items;
}

async function openMailer(options: SMTPServerOptions = {}): Promise<{ mailer: Mailer; sources: string[] }> {
  const sources: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _, done) {
      let source = '';
      stream.on('data', (chunk) => {
        source += chunk;
      });
      stream.on('end', () => {
        sources.push(source);
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const smtpUrl = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const mailer = createMailer({ smtpUrl, from: mailFrom, log, timeouts: { idleMs: 300 } });
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  cleanups.push(() => mailer.close());
  return { mailer, sources };
}

const input = { to: 'Jane Doe <jane@example.com>', subject: 'Hello', body: 'Hi Jane' };

describe('email.send without a mail server', () => {
  const action = createEmailSend({ mailer: null, mailFrom, db: undefined as never }) as RecordAction<Transaction>;
  const run = (given: object, ctx: ActionContext) =>
    db.withTenant(ctx.organizationId, (tx) => action.run(action.input.parse(given), ctx, tx));

  it('keeps the message in the outbox, with the step it came from', async () => {
    const ctx = context();
    const given = {
      ...input,
      to: [input.to, 'joe@example.com'],
      cc: 'c@example.com',
      bcc: ['b@example.com'],
      html: '<p>Hi</p>',
    };
    const output = await run({ ...given, replyTo: 'desk@example.com' }, ctx);
    const [message, ...others] = await messagesOf(ctx.organizationId);
    expect(others).toEqual([]);
    expect(output).toEqual({ messageId: message?.id });
    expect(message).toMatchObject({
      channel: 'email',
      to: ['jane@example.com', 'joe@example.com'],
      cc: ['c@example.com'],
      bcc: ['b@example.com'],
      replyTo: 'desk@example.com',
      from: mailFrom,
      subject: 'Hello',
      text: 'Hi Jane',
      html: '<p>Hi</p>',
      status: 'outbox',
      runId: ctx.runId,
      workflowId: ctx.workflowId,
      step: 'mail',
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@example\.com>$/),
    });
  });

  it('leaves nothing behind when its step is not committed', async () => {
    const ctx = context();
    const work = db.withTenant(ctx.organizationId, async (tx) => {
      await action.run(action.input.parse(input), ctx, tx);
      throw new Error('the worker lost the run');
    });
    await expect(work).rejects.toThrow('lost the run');
    expect(await messagesOf(ctx.organizationId)).toEqual([]);
  });

  it('keeps one message for one step', async () => {
    const ctx = context();
    expect(await run(input, ctx)).toEqual(await run(input, { ...ctx, attempt: 2 }));
    expect(await messagesOf(ctx.organizationId)).toHaveLength(1);
  });

  it.each([
    ['a line break in the subject', { subject: 'Hi\r\nBcc: eve@example.com' }],
    ['a line break in an address', { to: 'jane@example.com\nBcc: eve@example.com' }],
    ['two addresses in one text', { to: 'jane@example.com, eve@example.com' }],
    ['no address', { to: 'jane' }],
    ['a NUL in the text', { body: 'a\u0000' }],
  ])('fails for good with %s, and keeps nothing', async (_, change) => {
    const ctx = context();
    await expect(run({ ...input, ...change }, ctx)).rejects.toMatchObject({ kind: 'terminal', code: 'mail_invalid' });
    expect(await messagesOf(ctx.organizationId)).toEqual([]);
  });

  it.each([
    ['no recipient', { to: [] }],
    ['no text', { body: undefined }],
    ['an unknown key', { attachments: ['/etc/passwd'] }],
  ])('refuses input with %s', (_, change) => {
    expect(action.input.safeParse({ ...input, ...change }).success).toBe(false);
  });

  it('tells what it would do', () => {
    const dry = action.dryRun(action.input.parse(input));
    expect(dry.summary).toBe('Would send an e-mail to Jane Doe <jane@example.com>: Hello');
    expect(action.output.safeParse(dry.output).success).toBe(true);
  });
});

describe('email.send with a mail server', () => {
  const open = async (options: SMTPServerOptions = {}) => {
    const { mailer, sources } = await openMailer(options);
    const action = createEmailSend({ mailer, mailFrom, db }) as ExternalAction;
    const run = async (ctx: ActionContext, given: object = input) => action.run(action.input.parse(given), ctx);
    return { run, sources };
  };

  it('sends, and notes that it was sent', async () => {
    const ctx = context();
    const { run, sources } = await open();
    const output = await run(ctx);
    const [message] = await messagesOf(ctx.organizationId);
    expect(output).toEqual({ messageId: message?.id });
    expect(message).toMatchObject({ status: 'sent', sentAt: expect.any(Date), runId: ctx.runId });
    expect(sources[0]).toContain(`Message-ID: ${message?.messageId}`);
    expect(sources[0]).toContain('To: Jane Doe <jane@example.com>');
  });

  it('does not send again what an earlier attempt has sent', async () => {
    const ctx = context();
    const { run, sources } = await open();
    expect(await run(ctx)).toEqual(await run({ ...ctx, attempt: 2 }));
    expect(sources).toHaveLength(1);
  });

  it.each([
    [550, 'terminal', 'mail_rejected'],
    [451, 'retry', 'mail_deferred'],
  ])('notes a refusal with %i: %s', async (responseCode, kind, code) => {
    const ctx = context();
    const refusal = Object.assign(new Error('no'), { responseCode });
    const { run } = await open({ onRcptTo: (_, __, done) => done(refusal) });
    await expect(run(ctx)).rejects.toMatchObject({ kind, code });
    expect(await messagesOf(ctx.organizationId)).toMatchObject([
      { status: 'failed', error: expect.stringContaining('no') },
    ]);
  });

  it('sends again after an answer that never came, under the same Message-ID', async () => {
    const ctx = context();
    const sources: string[] = [];
    const { run } = await open({
      onData(stream, _, done) {
        let source = '';
        stream.on('data', (chunk) => {
          source += chunk;
        });
        stream.on('end', () => {
          if (sources.push(source) > 1) done();
        });
      },
    });
    await expect(run(ctx)).rejects.toMatchObject({ kind: 'unknown', code: 'mail_outcome_unknown' });
    expect(await messagesOf(ctx.organizationId)).toMatchObject([{ status: 'sending' }]);
    await run({ ...ctx, attempt: 2 });
    expect(await messagesOf(ctx.organizationId)).toMatchObject([{ status: 'sent', error: null }]);
    const ids = sources.map((source) => /^Message-ID: (.*)$/m.exec(source)?.[1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  it('notes recipients that were refused beside others', async () => {
    const ctx = context();
    const gone = Object.assign(new Error('no such user'), { responseCode: 550 });
    const { run } = await open({ onRcptTo: ({ address }, _, done) => done(address.startsWith('gone') ? gone : null) });
    await run(ctx, { ...input, to: ['jane@example.com', 'gone@example.com'] });
    expect(await messagesOf(ctx.organizationId)).toMatchObject([
      { status: 'sent', error: 'The mail server refused these recipients: gone@example.com.' },
    ]);
  });
});
