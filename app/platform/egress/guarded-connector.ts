import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { refused } from './egress-error.ts';
import { isPublicAddress } from './public-address.ts';

/** Every address of a name. Rejects where there is none. */
export type Resolver = (hostname: string) => Promise<readonly string[]>;

export const resolveByDns: Resolver = async (hostname) =>
  (await lookup(hostname, { all: true, order: 'verbatim' })).map(({ address }) => address);

/**
 * Connects to public addresses only. The name is resolved by the socket's own lookup, so the addresses checked here
 * are the ones it connects to: a name that answers differently the next time gains nothing. A name with any private
 * address is refused as a whole.
 */
export function guardedConnector(resolver: Resolver, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: timeoutMs,
    lookup: guardedLookup(resolver),
  });
  return (options, callback) => {
    // Sockets do not look up what already is an address.
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0 && !isPublicAddress(host)) {
      callback(privateAddress(host), null);
      return;
    }
    connect({ ...options, hostname: host }, callback);
  };
}

/** Connects to whatever address a name has: for hosts that the operator allows by name. */
export function directConnector(resolver: Resolver, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ allowH2: false, timeout: timeoutMs, lookup: plainLookup(resolver) });
  return (options, callback) =>
    connect({ ...options, hostname: options.hostname.replace(/^\[(.*)\]$/, '$1') }, callback);
}

/** Finds the addresses of a name, and fails where one of them is private. */
export function guardedLookup(resolver: Resolver): LookupFunction {
  return plainLookup(async (hostname) => {
    const addresses = await resolver(hostname);
    if (!addresses.every(isPublicAddress)) throw privateAddress(hostname);
    return addresses;
  });
}

/** Throws an EgressError for an address that is private. */
export function assertPublic(address: string): void {
  if (!isPublicAddress(address)) throw privateAddress(address);
}

export function plainLookup(resolver: Resolver): LookupFunction {
  return (hostname, options, callback) => {
    resolver(hostname).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (!first) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
        else if (options.all) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, '', 0),
    );
  };
}

function privateAddress(host: string) {
  return refused(
    `${host} leads to a private or special address, which workflows may not call. ` +
      'An operator can allow it by its host:port in MAINSPRING_ALLOW_PRIVATE_HOSTS.',
  );
}
