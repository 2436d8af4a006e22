import { type AddressInfo, createServer } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import type { MailError } from './mail-error.ts';
import { createMailer, type Mailer, type MailerTimeouts } from './mailer.ts';

const log = createLog({ level: 'silent' });
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Received = { from: string; to: string[]; source: string };

/** A real SMTP server that keeps what it takes. */
async function serve(options: SMTPServerOptions = {}): Promise<{ url: string; mails: Received[] }> {
  const mails: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let source = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        source += chunk;
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), source });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails };
}

function open(smtpUrl: string, timeouts: Partial<MailerTimeouts> = {}): Mailer {
  const mailer = createMailer({ smtpUrl, from: 'Studio <studio@example.com>', log, timeouts });
  cleanups.push(() => mailer.close());
  return mailer;
}

const mail = { to: ['jane@example.com'], subject: 'Hello', text: 'Hi Jane' };

async function failure(call: Promise<unknown>): Promise<MailError> {
  return call.then(
    () => {
      throw new Error('the call did not fail');
    },
    (error) => error,
  );
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

describe('a mail', () => {
  it('arrives with every field', async () => {
    const { url, mails } = await serve();
    const sent = await open(url).send({
      to: ['Jane Doe <jane@example.com>', 'joe@example.com'],
      cc: ['cara@example.com'],
      bcc: ['bea@example.com'],
      replyTo: 'desk@example.com',
      subject: 'Grüße 🦉',
      text: 'Hi Jane\n.\nsecond line',
      html: '<p>Hi Jane</p>',
      messageId: '<abc.1@example.com>',
      headers: { 'X-Campaign': 'spring' },
    });
    expect(sent).toEqual({
      messageId: '<abc.1@example.com>',
      accepted: ['jane@example.com', 'joe@example.com', 'cara@example.com', 'bea@example.com'],
      rejected: [],
    });
    const [received] = mails;
    expect(received).toMatchObject({ from: 'studio@example.com', to: sent.accepted });
    expect(received?.source).toContain('From: Studio <studio@example.com>');
    expect(received?.source).toContain('Message-ID: <abc.1@example.com>');
    expect(received?.source).toContain('Reply-To: desk@example.com');
    expect(received?.source).toContain('X-Campaign: spring');
    expect(received?.source).toContain('Subject: =?UTF-8?');
    expect(received?.source).toContain('Hi Jane\r\n.\r\nsecond line');
    expect(received?.source).not.toMatch(/bea@example\.com|X-Mailer/);
  });

  it('may name its own sender', async () => {
    const { url, mails } = await serve();
    await open(url).send({ ...mail, from: 'Coach <coach@example.com>' });
    expect(mails[0]?.from).toBe('coach@example.com');
  });

  it.each([
    ['no recipient', { to: [] }],
    ['a subject with a line break', { subject: 'Hi\r\nBcc: eve@example.com' }],
    ['a subject with a NUL', { subject: 'Hi\u0000' }],
    ['a recipient with a line break', { to: ['jane@example.com\nBcc: eve@example.com'] }],
    ['two recipients in one text', { to: ['jane@example.com, eve@example.com'] }],
    ['a bad sender', { from: 'not an address' }],
    ['a bad reply address', { replyTo: 'a@b, c@d' }],
    ['a bad Message-ID', { messageId: '<a@b>\r\nX: y' }],
    ['a header with a line break', { headers: { 'X-A': 'b\r\nBcc: eve@example.com' } }],
    ['a header name with a line break', { headers: { 'X-A\r\nBcc': 'eve@example.com' } }],
    ['a header that is a field', { headers: { Bcc: 'eve@example.com' } }],
    ['too many recipients', { to: Array.from({ length: 101 }, (_, index) => `a${index}@example.com`) }],
    ['no body', { text: undefined }],
  ])('with %s is refused before anything is sent', async (_, change) => {
    const { url, mails } = await serve();
    expect(await failure(open(url).send({ ...mail, ...change }))).toMatchObject({
      code: 'mail_invalid',
      kind: 'terminal',
    });
    expect(mails).toEqual([]);
  });

  it('reads no file and no address that its text names', async () => {
    const { url, mails } = await serve();
    const html = { path: '/etc/passwd' } as unknown as string;
    await failure(open(url).send({ ...mail, html }));
    expect(mails).toEqual([]);
  });

  it('goes over a pooled connection', async () => {
    let connections = 0;
    const { url, mails } = await serve({
      onConnect: (_, done) => {
        connections += 1;
        done();
      },
    });
    const mailer = open(url);
    for (let sent = 0; sent < 5; sent++) await mailer.send(mail);
    expect([mails.length, connections]).toEqual([5, 1]);
  });

  it('tells of recipients that were refused beside others', async () => {
    const { url } = await serve({
      onRcptTo: ({ address }, _, done) => done(address.startsWith('gone') ? refusal(550, 'no such user') : null),
    });
    const sent = await open(url).send({ ...mail, to: ['jane@example.com', 'gone@example.com'] });
    expect(sent).toMatchObject({ accepted: ['jane@example.com'], rejected: ['gone@example.com'] });
  });
});

describe('a server that', () => {
  it.each([
    [550, 'mail_rejected', 'terminal'],
    [450, 'mail_deferred', 'retry'],
    [421, 'mail_deferred', 'retry'],
  ])('answers the recipient with %i: %s', async (code, as, kind) => {
    const { url } = await serve({ onRcptTo: (_, __, done) => done(refusal(code, 'no')) });
    expect(await failure(open(url).send(mail))).toMatchObject({ code: as, kind });
  });

  it.each([
    [554, 'mail_rejected', 'terminal'],
    [451, 'mail_deferred', 'retry'],
  ])('answers the message with %i: %s', async (code, as, kind) => {
    const { url } = await serve({
      onData: (stream, _, done) => {
        stream.resume();
        stream.on('end', () => done(refusal(code, 'no')));
      },
    });
    expect(await failure(open(url).send(mail))).toMatchObject({ code: as, kind });
  });

  it('refuses the password says so, without the password', async () => {
    const { url } = await serve({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(refusal(535, 'bad credentials')),
    });
    const error = await failure(open(url.replace('smtp://', 'smtp://me:canary-1@')).send(mail));
    expect(error).toMatchObject({ code: 'mail_auth_failed', kind: 'terminal' });
    expect(error.message).toContain('SMTP_URL');
    expect(error.message).not.toContain('canary');
  });

  it('is not there: not sent, try again', async () => {
    const { url } = await serve();
    await cleanups.pop()?.();
    expect(await failure(open(url).send(mail))).toMatchObject({ code: 'mail_unreachable', kind: 'retry' });
  });

  it('never greets is given up: not sent', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => silent.close());
    const mailer = open(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`, { greetingMs: 100 });
    expect(await failure(mailer.send(mail))).toMatchObject({ code: 'mail_unreachable', kind: 'retry' });
    mailer.close();
  });

  it('breaks off before the message: not sent', async () => {
    const { url } = await serve({
      onMailFrom: (_, session) => sockets.get(session.id)?.destroy(),
      onConnect: keepSocket,
    });
    expect(await failure(open(url).send(mail))).toMatchObject({ code: 'mail_unreachable', kind: 'retry' });
  });

  it('breaks off in the middle of the message: not sent', async () => {
    const { url } = await serve({
      onConnect: keepSocket,
      onData: (_, session) => sockets.get(session.id)?.destroy(),
    });
    const long = { ...mail, text: 'x'.repeat(1_900_000) };
    expect(await failure(open(url).send(long))).toMatchObject({ code: 'mail_unreachable', kind: 'retry' });
  });

  it('breaks off after the message: nobody knows', async () => {
    const { url } = await serve({
      onConnect: keepSocket,
      onData: (stream, session) => {
        stream.resume();
        stream.on('end', () => sockets.get(session.id)?.destroy());
      },
    });
    expect(await failure(open(url).send(mail))).toMatchObject({ code: 'mail_outcome_unknown', kind: 'unknown' });
  });

  it('never answers the message: nobody knows', async () => {
    const { url } = await serve({ onData: (stream) => stream.resume() });
    const error = await failure(open(url, { idleMs: 200 }).send(mail));
    expect(error).toMatchObject({ code: 'mail_outcome_unknown', kind: 'unknown' });
  });

  it('is too slow for the caller: cancelled', async () => {
    const controller = new AbortController();
    const { url } = await serve({ onMailFrom: () => controller.abort() });
    const error = await failure(open(url).send(mail, { signal: controller.signal }));
    expect(error).toMatchObject({ code: 'mail_aborted', kind: 'retry' });
  });
});

describe('createMailer', () => {
  it.each(['', 'mail.example.com', 'http://mail.example.com', 'smtp://'])('refuses the SMTP_URL %j', (smtpUrl) => {
    expect(() => createMailer({ smtpUrl, from: 'a@example.com', log })).toThrow('SMTP_URL must look like');
  });

  it('refuses a sender that is no address', () => {
    expect(() => createMailer({ smtpUrl: 'smtp://localhost', from: 'nobody', log })).toThrow(/from is "nobody"/);
  });

  it('proves that the server can be reached', async () => {
    const { url } = await serve();
    await expect(open(url).verify()).resolves.toBeUndefined();
    const nobody = open('smtp://127.0.0.1:1');
    expect(await failure(nobody.verify())).toMatchObject({ code: 'mail_unreachable' });
  });
});

const sockets = new Map<string, { destroy(): void }>();

/** Lets a test break the connection of a session from the server's side. */
function keepSocket(this: SMTPServer, session: { id: string }, done: () => void) {
  for (const connection of this.connections as Iterable<{ id: string; _socket: { destroy(): void } }>) {
    if (connection.id === session.id) sockets.set(session.id, connection._socket);
  }
  done();
}
