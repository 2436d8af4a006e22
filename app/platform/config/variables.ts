// One schema for each kind of variable. A message completes the sentence "NAME must be …".
import { isIP } from 'node:net';
import { z } from 'zod';

const MAX_PORT = 65_535;
const SHORTEST_LEASE_MS = 1_000;
const LONGEST_LEASE_MS = 600_000;
const KEY_BYTES = 32;
const SHORTEST_API_KEY = 8;
const LONGEST_API_KEY = 200;

export const port = wholeNumber(0, MAX_PORT, `a port from 0 (any free one) to ${MAX_PORT}`);

export const leaseMs = wholeNumber(
  SHORTEST_LEASE_MS,
  LONGEST_LEASE_MS,
  `a whole number of milliseconds from ${SHORTEST_LEASE_MS} to ${LONGEST_LEASE_MS}`,
);

export const host = z.string().refine(isHost, 'an IP address or a host name, such as 127.0.0.1 or 0.0.0.0');

export const postgresUrl = z
  .string()
  // Not `new URL`: an address with a socket folder has no host, which PostgreSQL allows and URL does not.
  .regex(/^postgres(ql)?:\/\/\S+$/, 'an address like postgres://user:password@host:5432/database');

export const secretKey = z
  .string()
  .refine(isKey, `${KEY_BYTES} bytes in base64, as \`openssl rand -base64 ${KEY_BYTES}\` prints them`);

export const previousSecretKeys = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((keys) => keys.every(isKey), `a comma-separated list of keys, each ${KEY_BYTES} bytes in base64`);

export const apiKey = z
  .string()
  .regex(
    new RegExp(`^[\\x21-\\x7e]{${SHORTEST_API_KEY},${LONGEST_API_KEY}}$`),
    `${SHORTEST_API_KEY} to ${LONGEST_API_KEY} letters, digits or signs without spaces`,
  );

export const publicUrl = z
  .string()
  .refine((text) => {
    const url = parseUrl(text, ['http:', 'https:']);
    return url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  }, 'an address like https://automation.example.com, without a query')
  .transform((text) => text.replace(/\/+$/, ''));

export const smtpUrl = z
  .string()
  .refine(
    (text) => parseUrl(text, ['smtp:', 'smtps:']) !== null,
    'an address like smtps://user:password@mail.example.com:465',
  );

export const signUp = z.enum(['open', 'invited'], 'open or invited');

export const mailFrom = z
  .string()
  .regex(
    /^([^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
    'a mail address, such as team@example.com or "Team <team@example.com>"',
  );

/** A comma-separated choice from a list; each counts once, in the order of the list. */
export function roles<Role extends string>(known: readonly Role[]) {
  return list.transform((names, context): Role[] => {
    if (names.length === 0 || names.some((name) => !known.some((role) => role === name))) {
      context.addIssue({ code: 'custom', message: `a comma-separated list of ${known.join(', ')}` });
      return z.NEVER;
    }
    return known.filter((role) => names.includes(role));
  });
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== ''),
);

/** `host:port`, comma-separated; an IPv6 address stands in brackets. */
export const privateHosts = list.transform((parts, context) =>
  parts.map((part) => {
    const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(part);
    const name = match?.[1] ?? match?.[2] ?? '';
    const number = Number(match?.[3]);
    const isRight = (match?.[1] === undefined ? isHost(name) : isIP(name) === 6) && number >= 1 && number <= MAX_PORT;
    if (isRight) return { host: name, port: number };
    context.addIssue({
      code: 'custom',
      message: 'a comma-separated list of host:port, such as 10.0.0.5:8080,[::1]:9000',
    });
    return z.NEVER;
  }),
);

/** Comma-separated addresses, or networks as address/bits. */
export const trustProxies = list.refine(
  (parts) => parts.every(isNetwork),
  'a comma-separated list of addresses or networks, such as 127.0.0.1,10.0.0.0/8',
);

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text.trim()) && Buffer.from(text, 'base64').length === KEY_BYTES;
}

function wholeNumber(least: number, most: number, message: string) {
  return z
    .string()
    .refine((text) => /^\d{1,10}$/.test(text.trim()) && Number(text) >= least && Number(text) <= most, message)
    .transform(Number);
}

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // Digits and dots alone would be an IPv4 address, and this one is none.
  if (/^[\d.]+$/.test(text)) return false;
  return text.length <= 253 && /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i.test(text);
}

function parseUrl(text: string, protocols: readonly string[]): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && protocols.includes(url.protocol) && url.hostname !== '' ? url : null;
}
