import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { nearestName } from './nearest-name.ts';
import {
  apiKey,
  host,
  leaseMs,
  mailFrom,
  port,
  postgresUrl,
  previousSecretKeys,
  privateHosts,
  publicUrl,
  roles,
  secretKey,
  signUp,
  smtpUrl,
  trustProxies,
} from './variables.ts';

export const ROLES = ['api', 'worker', 'scheduler', 'web'] as const;
export type Role = (typeof ROLES)[number];

/** An address that outbound calls may reach although it is private: a host name or IP, in lower case, and a port. */
export type PrivateHost = { readonly host: string; readonly port: number };

/** Everything the environment decides. Absent: not set, and there is no default. */
export type Config = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly roles: readonly Role[];
  /** The master key, 32 bytes in base64. */
  readonly secretKey?: string;
  /** Master keys that were active before, in the same form. */
  readonly previousSecretKeys?: readonly string[];
  readonly apiKey?: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly allowPrivateHosts: readonly PrivateHost[];
  /** Addresses and networks, as `10.0.0.0/8`, of proxies that are believed about whom they speak for. */
  readonly trustProxies: readonly string[];
  readonly leaseMs: number;
  readonly smtpUrl?: string;
  readonly mailFrom?: string;
  /** Who may sign up: everyone, or who was invited. */
  readonly signUp: 'open' | 'invited';
  /** Services to sign in with: those whose id and secret are both set. */
  readonly social: {
    readonly [provider in SocialProvider]?: { readonly clientId: string; readonly clientSecret: string };
  };
};

type SocialProvider = 'google' | 'github' | 'microsoft';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the environment; relative paths start at `workingDir`. A variable that is set to nothing counts as
 * not set. Throws `ConfigError` at the first wrong one, and at a MAINSPRING_ variable that does not exist.
 */
export function readConfig(env: Environment, workingDir: string = process.cwd()): Config {
  refuseUnknown(env);
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) throw wrongVariable(parsed.error, set);
  const read = parsed.data;
  return {
    host: read.HOST,
    port: read.PORT,
    dataDir: resolve(workingDir, read.MAINSPRING_DATA),
    roles: read.MAINSPRING_ROLES,
    publicUrl: read.MAINSPRING_PUBLIC_URL ?? listeningUrl(read.HOST, read.PORT),
    allowPrivateHosts: read.MAINSPRING_ALLOW_PRIVATE_HOSTS,
    trustProxies: read.MAINSPRING_TRUST_PROXIES,
    leaseMs: read.MAINSPRING_LEASE_MS,
    signUp: read.MAINSPRING_SIGN_UP,
    social: readSocial(read),
    ...(read.DATABASE_URL !== undefined && { databaseUrl: read.DATABASE_URL }),
    ...(read.MAINSPRING_SECRET_KEY !== undefined && { secretKey: read.MAINSPRING_SECRET_KEY }),
    ...(read.MAINSPRING_PREVIOUS_SECRET_KEYS !== undefined && {
      previousSecretKeys: read.MAINSPRING_PREVIOUS_SECRET_KEYS,
    }),
    ...(read.MAINSPRING_API_KEY !== undefined && { apiKey: read.MAINSPRING_API_KEY }),
    ...(read.SMTP_URL !== undefined && { smtpUrl: read.SMTP_URL }),
    ...(read.MAIL_FROM !== undefined && { mailFrom: read.MAIL_FROM }),
  };
}

const environment = z.object({
  PORT: port.default(3000),
  HOST: host.default('127.0.0.1'),
  MAINSPRING_DATA: z.string().default('./.mainspring'),
  DATABASE_URL: postgresUrl.optional(),
  MAINSPRING_ROLES: roles(ROLES).default([...ROLES]),
  MAINSPRING_SECRET_KEY: secretKey.optional(),
  MAINSPRING_PREVIOUS_SECRET_KEYS: previousSecretKeys.optional(),
  MAINSPRING_API_KEY: apiKey.optional(),
  MAINSPRING_PUBLIC_URL: publicUrl.optional(),
  MAINSPRING_ALLOW_PRIVATE_HOSTS: privateHosts.default([]),
  MAINSPRING_TRUST_PROXIES: trustProxies.default([]),
  MAINSPRING_LEASE_MS: leaseMs.default(10_000),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: mailFrom.optional(),
  MAINSPRING_SIGN_UP: signUp.default('invited'),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  MICROSOFT_CLIENT_ID: z.string().optional(),
  MICROSOFT_CLIENT_SECRET: z.string().optional(),
});

function readSocial(read: z.output<typeof environment>): Config['social'] {
  const google = readClient('GOOGLE', read.GOOGLE_CLIENT_ID, read.GOOGLE_CLIENT_SECRET);
  const github = readClient('GITHUB', read.GITHUB_CLIENT_ID, read.GITHUB_CLIENT_SECRET);
  const microsoft = readClient('MICROSOFT', read.MICROSOFT_CLIENT_ID, read.MICROSOFT_CLIENT_SECRET);
  return { ...(google && { google }), ...(github && { github }), ...(microsoft && { microsoft }) };
}

function readClient(name: string, clientId: string | undefined, clientSecret: string | undefined) {
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if (clientId === undefined && clientSecret === undefined) return undefined;
  const [missing, given] = clientId === undefined ? ['ID', 'SECRET'] : ['SECRET', 'ID'];
  const variable = `${name}_CLIENT_${missing}`;
  throw new ConfigError(variable, `${variable} must be set too, as ${name}_CLIENT_${given} is.`);
}

const NAMES = Object.keys(environment.shape);
const PREFIX = 'MAINSPRING_';

function refuseUnknown(env: Environment): void {
  for (const name of Object.keys(env)) {
    if (!name.toUpperCase().startsWith(PREFIX) || NAMES.includes(name)) continue;
    const near = nearestName(name, NAMES);
    const known = NAMES.filter((known) => known.startsWith(PREFIX)).join(', ');
    const advice = near === null ? `The known ones are ${known}.` : `Did you mean ${near}?`;
    throw new ConfigError(name, `${name} is not a variable of Mainspring. ${advice}`);
  }
}

function wrongVariable(error: z.ZodError, set: Environment): ConfigError {
  const issue = error.issues[0];
  const name = String(issue?.path[0]);
  const shown = SECRET.has(name) ? 'what it is set to' : JSON.stringify(set[name]);
  return new ConfigError(name, `${name} must be ${issue?.message}, not ${shown}.`);
}

/** Keys, and addresses that may contain a password. */
const SECRET = new Set([
  'MAINSPRING_SECRET_KEY',
  'MAINSPRING_PREVIOUS_SECRET_KEYS',
  'MAINSPRING_API_KEY',
  'DATABASE_URL',
  'SMTP_URL',
]);

/** How this machine reaches the server; an address that means "all" is listened on, but cannot be called. */
function listeningUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
