import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createSockets } from '../egress/guarded-socket.ts';
import { createLog } from '../log/log.ts';
import { createMailerOpener } from './foreign-mailer.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PASSWORD = 'canary&9/pass';

async function open(options: SMTPServerOptions = {}, isAllowed = true) {
  const mails: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) =>
      password === PASSWORD ? done(null, { user: username }) : done(new Error('no')),
    onData(stream, _, done) {
      stream.toArray().then((chunks) => {
        mails.push(Buffer.concat(chunks).toString());
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const host = `127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const sockets = createSockets({ allowPrivateHosts: isAllowed ? [host] : [] });
  const mailFrom = 'Server <server@example.com>';
  const openMailer = createMailerOpener({ sockets, mailFrom, log: createLog({ level: 'silent' }) });
  const mailer = openMailer({ url: `smtp://u:${encodeURIComponent(PASSWORD)}@${host}`, from: null });
  cleanups.push(() => mailer.close());
  return { mailer, mails, openMailer, host, sockets, mailFrom };
}

const mail = { to: ['jane@example.com'], subject: 'Hello', text: 'Hi' };

describe('a mailer for a server that others name', () => {
  it('signs in, sends, and has the sender of its account', async () => {
    const { mailer, mails, openMailer, host } = await open();
    await mailer.verify();
    expect((await mailer.send(mail)).accepted).toEqual(['jane@example.com']);
    const other = openMailer({
      url: `smtp://u:${encodeURIComponent(PASSWORD)}@${host}`,
      from: 'Own <own@example.com>',
    });
    await other.send(mail);
    other.close();
    expect(mails.map((text) => /^From: .*$/m.exec(text)?.[0])).toEqual([
      'From: Server <server@example.com>',
      'From: Own <own@example.com>',
    ]);
  });

  it('does not connect to a private address', async () => {
    const { mailer, mails } = await open({}, false);
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'mail_refused', kind: 'terminal' });
    await expect(mailer.verify()).rejects.toMatchObject({
      message: expect.stringMatching(/none of a mail server|private/),
    });
    expect(mails).toEqual([]);
  });

  it('sends no password without TLS, unless the operator allows the host', async () => {
    const { host, sockets, mailFrom } = await open();
    const seen: string[] = [];
    const strict = { ...sockets, isAllowedPrivate: () => false };
    const openMailer = createMailerOpener({ sockets: strict, mailFrom, log: createLog({ level: 'silent' }) });
    const mailer = openMailer({ url: `smtp://u:${encodeURIComponent(PASSWORD)}@${host}`, from: null });
    cleanups.push(() => mailer.close());
    await expect(mailer.send(mail)).rejects.toMatchObject({ message: expect.stringMatching(/TLS/) });
    expect(seen).toEqual([]);
  });

  it('tells why it was refused, without the password that the server repeats', async () => {
    const { mailer } = await open({
      onAuth: ({ password }, _, done) => done(new Error(`the password ${password} is wrong`)),
    });
    const error = await mailer.send(mail).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'mail_auth_failed', message: expect.stringContaining('of the connection') });
    expect(inspect(error, { depth: 9 })).toContain('is wrong');
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
  });
});
