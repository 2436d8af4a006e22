/** A mail server that keeps what it is given. Now and then it takes a mail and cuts off before it says so. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { createRandom } from '../random.ts';

export type Mail = {
  readonly at: number;
  readonly messageId: string;
  /** False where the sender was not told that it was taken. */
  readonly answered: boolean;
};

export type MailSink = { readonly port: number; readonly mails: readonly Mail[]; readonly close: () => Promise<void> };

const UNANSWERED = 0.03;

export async function startMailSink(options: { readonly host: string; readonly seed: number }): Promise<MailSink> {
  const mails: Mail[] = [];
  const random = createRandom(options.seed);
  const sockets = new Map<number, Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    hideSTARTTLS: true,
    logger: false,
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      stream.on('end', () => {
        const answered = !random.chance(UNANSWERED);
        const messageId = /^message-id:\s*(\S+)/im.exec(text)?.[1] ?? '';
        mails.push({ at: Date.now(), messageId, answered });
        if (answered) return done();
        sockets.get(session.remotePort)?.destroy();
      });
    },
  });
  server.on('error', () => {});
  server.server.on('connection', (socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  server.listen(0, options.host);
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
