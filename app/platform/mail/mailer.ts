import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createTransport, type NodemailerError } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool';
import type { Log } from '../log/log.ts';
import { parseMailAddress } from './mail-address.ts';
import { type CheckedMail, checkMail, type Mail } from './mail-message.ts';
import { toMailError } from './to-mail-error.ts';

export type SentMail = {
  readonly messageId: string;
  readonly accepted: readonly string[];
  /** Recipients that the server refused while it took others. */
  readonly rejected: readonly string[];
};

export type Mailer = {
  /** The default sender. */
  readonly from: string;
  /** Hands one mail to the server. Throws a MailError whose kind says whether to try again. */
  readonly send: (mail: Mail, options?: { readonly signal?: AbortSignal }) => Promise<SentMail>;
  /** Connects and signs in without sending. Throws a MailError. */
  readonly verify: () => Promise<void>;
  readonly close: () => void;
};

export type MailerTimeouts = {
  readonly connectMs: number;
  readonly greetingMs: number;
  /** Without a byte on an open connection. */
  readonly idleMs: number;
};

const DEFAULT_TIMEOUTS: MailerTimeouts = { connectMs: 10_000, greetingMs: 10_000, idleMs: 30_000 };
const MAX_CONNECTIONS = 5;
const KEEP_IDLE_MS = 30_000;
const SMTP_PORT = 587;
const SMTPS_PORT = 465;

export type ForeignServer = {
  /** Opens a connection, or refuses the address. */
  readonly connect: (target: { readonly host: string; readonly port: number }) => Promise<Socket>;
  /** Whether the server may be talked to without TLS, password included. */
  readonly allowsPlain: boolean;
};

/** Makes a mailer over pooled SMTP connections. `smtpUrl`: `smtp://user:pass@host:587` or `smtps://…`. */
export function createMailer(options: {
  readonly smtpUrl: string;
  readonly from: string;
  readonly log: Pick<Log, 'debug'>;
  readonly timeouts?: Partial<MailerTimeouts>;
  /** For servers that somebody else than the operator names: how they are reached, and where the names stand. */
  readonly foreign?: ForeignServer;
}): Mailer {
  const { smtpUrl, from, log } = options;
  const source = options.foreign ? 'the connection' : 'SMTP_URL';
  parseMailAddress(from, 'from');
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const host = hostOf(smtpUrl);
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    idleTimeout: KEEP_IDLE_MS,
    connectionTimeout: timeouts.connectMs,
    dnsTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.idleMs,
    // A mail consists of what it was given, never of files or addresses that its text names.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(options.foreign && throughForeign(options.foreign)),
  });
  // Keeps hold of the stream that is read once the server has said DATA: it tells how far a failed mail had come.
  transport.use('stream', ({ message, data }, done) => {
    const create = message.createReadStream.bind(message);
    message.createReadStream = (streamOptions) => {
      const stream = create(streamOptions);
      (data as { progress: Progress }).progress.stream = stream;
      return stream;
    };
    done();
  });

  return {
    from,
    async send(mail, { signal } = {}) {
      const checked = checkMail(mail, from);
      const progress: Progress = { stream: undefined };
      try {
        const message = { ...toFields(checked), progress, ...(signal && { signal }) };
        const { messageId, accepted = [], rejected = [] } = await transport.sendMail(message);
        log.debug({ messageId, rejected: rejected.length }, 'handed a mail to the server');
        return { messageId, accepted, rejected };
      } catch (error) {
        throw toMailError(error as NodemailerError, {
          host,
          source,
          wholeMessageSent: progress.stream?.readableEnded ?? false,
        });
      }
    },
    async verify() {
      try {
        await transport.verify();
      } catch (error) {
        throw toMailError(error as NodemailerError, { host, source, wholeMessageSent: false });
      }
    },
    close: () => transport.close(),
  };
}

function throughForeign({ connect, allowsPlain }: ForeignServer): Pick<SMTPPool.Options, 'getSocket' | 'requireTLS'> {
  return {
    requireTLS: !allowsPlain,
    getSocket: ({ host = '', port, secure }, done) => {
      connect({ host, port: Number(port ?? (secure ? SMTPS_PORT : SMTP_PORT)) }).then(
        (connection) => done(null, { connection }),
        (error: Error) => done(error, undefined),
      );
    },
  };
}

type Progress = { stream: Readable | undefined };

function toFields(mail: CheckedMail) {
  const { from, to, cc, bcc, replyTo, subject, text, html, messageId, headers } = mail;
  return {
    from,
    to: [...to],
    cc: [...cc],
    bcc: [...bcc],
    subject,
    headers: { ...headers },
    xMailer: false as const,
    ...(replyTo && { replyTo }),
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
    ...(messageId !== undefined && { messageId }),
  };
}

/** For messages: the host alone, never the password beside it. */
function hostOf(smtpUrl: string): string {
  const url = URL.parse(smtpUrl);
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || !url.hostname) {
    throw new Error('SMTP_URL must look like smtp://user:password@mail.example.com:587, or begin with smtps://.');
  }
  return url.host;
}
