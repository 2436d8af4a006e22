import { connect, isIP, type Socket } from 'node:net';
import { refused } from './egress-error.ts';
import { assertPublic, guardedLookup, plainLookup, type Resolver, resolveByDns } from './guarded-connector.ts';
import { parseAllowedHosts } from './target.ts';

export type SocketTarget = { readonly host: string; readonly port: number };

export type Sockets = {
  /** A connected one. Rejects with an EgressError, or what the network says. */
  readonly open: (target: SocketTarget) => Promise<Socket>;
  /** The operator allows it, whatever address it has. */
  readonly isAllowedPrivate: (target: SocketTarget) => boolean;
};

/** Of mail, which is all that is reached by it. */
const PORTS: ReadonlySet<number> = new Set([25, 465, 587, 2465, 2525, 2587]);
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Plain connections for what is no HTTP, under the same rule: to public addresses on the ports of mail servers, or to
 * a host and port that the operator allows.
 */
export function createSockets(options: {
  readonly allowPrivateHosts: readonly string[];
  readonly resolver?: Resolver;
}): Sockets {
  const allowed = parseAllowedHosts(options.allowPrivateHosts);
  const resolver = options.resolver ?? resolveByDns;
  const isAllowedPrivate = ({ host, port }: SocketTarget) => allowed.has(`${inUrl(host)}:${port}`);
  return {
    isAllowedPrivate,
    async open(target) {
      const host = bare(target.host);
      const { port } = target;
      if (isAllowedPrivate(target)) return opened(connect({ host, port, lookup: plainLookup(resolver) }), host);
      if (!PORTS.has(port))
        throw refused(`Port ${port} of ${host} is none of a mail server: ${[...PORTS].join(', ')}.`);
      // Sockets do not look up what already is an address.
      if (isIP(host) !== 0) assertPublic(host);
      return opened(connect({ host, port, lookup: guardedLookup(resolver) }), host);
    },
  };
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}

function inUrl(host: string): string {
  return isIP(bare(host)) === 6 ? `[${bare(host)}]` : bare(host);
}

function opened(socket: Socket, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const onTimeout = () =>
      fail(Object.assign(new Error(`${host} did not take the connection`), { code: 'ETIMEDOUT' }));
    socket.setTimeout(CONNECT_TIMEOUT_MS, onTimeout);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0).off('timeout', onTimeout).off('error', fail);
      resolve(socket);
    });
  });
}
