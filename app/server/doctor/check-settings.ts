/** Settings that work, and that somebody may not have meant. */
import { isIP } from 'node:net';
import type { Config } from '../../platform/config/config.ts';
import { type Finding, ok, warning } from './finding.ts';

type Settings = Pick<
  Config,
  | 'host'
  | 'publicUrl'
  | 'databaseUrl'
  | 'secretKey'
  | 'apiKey'
  | 'roles'
  | 'allowPrivateHosts'
  | 'smtpUrl'
  | 'trustProxies'
>;

export function checkSettings(config: Settings): readonly Finding[] {
  const texts = RULES.flatMap((rule) => rule(config) ?? []);
  if (texts.length === 0) return [ok('settings', 'nothing weak or odd')];
  return texts.map((text) => warning('settings', text));
}

type Rule = (config: Settings) => string | undefined;

/** Fewer different bytes than chance ever gives: a key that somebody typed. */
const FEWEST_KEY_BYTES = 8;
const SHORT_API_KEY = 20;
const METADATA_HOSTS = ['169.254.169.254', '[fd00:ec2::254]', 'fd00:ec2::254', 'metadata.google.internal'];

const RULES: readonly Rule[] = [
  ({ host, publicUrl }) =>
    !isLoopback(host) && !publicUrl.startsWith('https:')
      ? `HOST is ${host}, which others reach, and MAINSPRING_PUBLIC_URL is ${publicUrl}: API keys would travel unencrypted. Put a TLS proxy in front and set MAINSPRING_PUBLIC_URL to its https address.`
      : undefined,
  ({ secretKey, databaseUrl }) =>
    secretKey === undefined && databaseUrl !== undefined
      ? 'The master key lies in the data folder of this machine, and the database elsewhere: every process needs the same key. Set MAINSPRING_SECRET_KEY, and keep a copy of it.'
      : undefined,
  ({ secretKey }) =>
    secretKey !== undefined && new Set(Buffer.from(secretKey, 'base64')).size < FEWEST_KEY_BYTES
      ? 'MAINSPRING_SECRET_KEY is no random key. Make one with openssl rand -base64 32 before there is anything to protect.'
      : undefined,
  ({ apiKey }) =>
    apiKey !== undefined && apiKey.length < SHORT_API_KEY
      ? `MAINSPRING_API_KEY has ${apiKey.length} characters and might be guessed. Use ${SHORT_API_KEY} or more.`
      : undefined,
  ({ roles, databaseUrl }) => {
    const missing = (['api', 'worker', 'scheduler'] as const).filter((role) => !roles.includes(role));
    return databaseUrl === undefined && missing.length > 0
      ? `MAINSPRING_ROLES lacks ${missing.join(' and ')}, and no other process can work on the embedded database.`
      : undefined;
  },
  ({ allowPrivateHosts }) => {
    const open = allowPrivateHosts.find(({ host }) => METADATA_HOSTS.includes(host));
    return open
      ? `MAINSPRING_ALLOW_PRIVATE_HOSTS lets workflows read the machine's cloud credentials at ${open.host}. Remove it.`
      : undefined;
  },
  ({ trustProxies }) =>
    trustProxies.some((each) => each.endsWith('/0'))
      ? 'MAINSPRING_TRUST_PROXIES trusts everybody: whoever calls can claim to be any address. Name your proxies alone.'
      : undefined,
  ({ databaseUrl }) => {
    const host = databaseUrl === undefined ? '' : databaseHost(databaseUrl);
    return host !== '' && !isLoopback(host) && !/[?&]sslmode=/.test(databaseUrl ?? '')
      ? `DATABASE_URL leads to ${host} without TLS. Add sslmode=verify-full, unless the network between is your own.`
      : undefined;
  },
  ({ smtpUrl }) => {
    const url = smtpUrl === undefined ? null : URL.parse(smtpUrl);
    return url?.protocol === 'smtp:' && url.password !== '' && !isLoopback(url.hostname)
      ? `SMTP_URL sends its password to ${url.hostname} encrypted only where that server offers it. Use smtps:// where it can.`
      : undefined;
  },
];

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Empty for a socket. */
function databaseHost(url: string): string {
  const authority = /^\w+:\/\/(?:[^/?]*@)?([^/?]*)/.exec(url)?.[1] ?? '';
  if (authority === '' || authority.startsWith('%2') || /[?&]host=(%2F|\/)/i.test(url)) return '';
  return authority.replace(/:\d+$/, '');
}
