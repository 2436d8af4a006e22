import { cutSecretsFromText } from '../egress/cut-secrets.ts';
import type { Sockets } from '../egress/guarded-socket.ts';
import type { Log } from '../log/log.ts';
import { MailError } from './mail-error.ts';
import { createMailer, type Mailer } from './mailer.ts';

export type MailAccount = {
  /** `smtp://user:password@host:587` or `smtps://…`, without a query. */
  readonly url: string;
  /** Null: the sender of this server. */
  readonly from: string | null;
};

/** A mailer for one account; the caller closes it. */
export type OpenMailer = (account: MailAccount) => Mailer;

/**
 * Mailers for servers that others than the operator name: reached by guarded connections, with TLS or not at all
 * (unless the operator allows the host as private), and what they answer is cleaned of the access data.
 */
export function createMailerOpener(given: {
  readonly sockets: Sockets;
  readonly mailFrom: string;
  readonly log: Pick<Log, 'debug'>;
}): OpenMailer {
  const { sockets, mailFrom, log } = given;
  return ({ url, from }) => {
    const { hostname: host, port, username, password } = new URL(url);
    const foreign = { connect: sockets.open, allowsPlain: sockets.isAllowedPrivate({ host, port: Number(port) }) };
    const mailer = createMailer({ smtpUrl: url, from: from ?? mailFrom, log, foreign });
    const secrets = [decodeURIComponent(password), decodeURIComponent(username), password];
    return {
      ...mailer,
      send: (mail, options) => cleaned(() => mailer.send(mail, options), secrets),
      verify: () => cleaned(() => mailer.verify(), secrets),
    };
  };
}

async function cleaned<Value>(work: () => Promise<Value>, secrets: readonly string[]): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    // Without its cause, which has the server's answer as it came.
    if (error instanceof MailError) throw new MailError(error.code, cutSecretsFromText(error.message, secrets));
    throw error;
  }
}
