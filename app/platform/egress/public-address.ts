import { BlockList, isIP } from 'node:net';

/**
 * True for an address of the public internet, in any notation that `net.isIP` knows; false for every private, local,
 * shared, reserved or special one, also where it stands inside an IPv6 address, and for what is no address.
 * Sources: IANA special-purpose registries (RFC 6890 and later).
 */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[(.*)\]$/, '$1');
  switch (isIP(plain)) {
    case 4:
      return !SPECIAL_V4.check(plain, 'ipv4');
    case 6:
      return !plain.includes('%') && GLOBAL_V6.check(plain, 'ipv6') && !SPECIAL_V6.check(plain, 'ipv6');
    default:
      return false;
  }
}

const V4_RANGES: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network, unspecified
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by carriers (CGNAT), and metadata services of some clouds
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's host service, public only in its number
  ['169.254.0.0', 16], // link-local, and metadata services of most clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Networks whose last 32 bits are an IPv4 address that is reached through them. */
const V4_INSIDE_V6 = ['::ffff:', '64:ff9b::'];

const SPECIAL_V4 = blockList((list) => {
  for (const [net, prefix] of V4_RANGES) list.addSubnet(net, prefix, 'ipv4');
});

/** Only what is assigned for global use, and IPv4 inside IPv6; all else (loopback, unique local, …) is out. */
const GLOBAL_V6 = blockList((list) => {
  list.addSubnet('2000::', 3, 'ipv6');
  for (const net of V4_INSIDE_V6) list.addSubnet(`${net}0.0.0.0`, 96, 'ipv6');
});

const SPECIAL_V6 = blockList((list) => {
  list.addSubnet('2001::', 23, 'ipv6'); // protocol assignments, Teredo, ORCHID
  list.addSubnet('2001:db8::', 32, 'ipv6'); // documentation
  list.addSubnet('2002::', 16, 'ipv6'); // 6to4: leads to any IPv4 address, and is given up (RFC 7526)
  list.addSubnet('3fff::', 20, 'ipv6'); // documentation
  for (const inside of V4_INSIDE_V6) {
    for (const [net, prefix] of V4_RANGES) list.addSubnet(`${inside}${net}`, 96 + prefix, 'ipv6');
  }
});

function blockList(fill: (list: BlockList) => void): BlockList {
  const list = new BlockList();
  fill(list);
  return list;
}
