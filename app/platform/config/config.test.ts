import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { ConfigError } from './config-error.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const read = (env: Record<string, string>) => readConfig(env, '/srv/app');

function refusal(env: Record<string, string>): ConfigError {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error(`accepted ${JSON.stringify(env)}`);
}

describe('readConfig', () => {
  test('has a default for everything that needs one', () => {
    expect(read({ HOME: '/root', PATH: '/bin' })).toEqual({
      host: '127.0.0.1',
      port: 3000,
      dataDir: '/srv/app/.mainspring',
      roles: ['api', 'worker', 'scheduler', 'web'],
      publicUrl: 'http://127.0.0.1:3000',
      allowPrivateHosts: [],
      trustProxies: [],
      signUp: 'invited',
      social: {},
      leaseMs: 10_000,
    });
  });

  test.each([
    ['PORT', '8080', { port: 8080, publicUrl: 'http://127.0.0.1:8080' }],
    ['PORT', '0', { port: 0 }],
    ['PORT', '', { port: 3000 }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0', publicUrl: 'http://localhost:3000' }],
    ['HOST', '::1', { host: '::1', publicUrl: 'http://[::1]:3000' }],
    ['HOST', 'localhost', { host: 'localhost' }],
    ['MAINSPRING_DATA', '/var/lib/mainspring', { dataDir: '/var/lib/mainspring' }],
    ['MAINSPRING_DATA', '../data', { dataDir: '/srv/data' }],
    ['DATABASE_URL', 'postgres://u:p@db:5432/x', { databaseUrl: 'postgres://u:p@db:5432/x' }],
    ['DATABASE_URL', 'postgresql://u:p@/x?host=/run/pg', { databaseUrl: 'postgresql://u:p@/x?host=/run/pg' }],
    ['MAINSPRING_ROLES', 'worker', { roles: ['worker'] }],
    ['MAINSPRING_ROLES', ' worker, API ,worker', { roles: ['api', 'worker'] }],
    ['MAINSPRING_SECRET_KEY', KEY, { secretKey: KEY }],
    ['MAINSPRING_API_KEY', 'a-key-of-some-length', { apiKey: 'a-key-of-some-length' }],
    ['MAINSPRING_PUBLIC_URL', 'https://a.example.com/', { publicUrl: 'https://a.example.com' }],
    ['MAINSPRING_PUBLIC_URL', 'https://a.example.com/auto', { publicUrl: 'https://a.example.com/auto' }],
    ['MAINSPRING_ALLOW_PRIVATE_HOSTS', '127.0.0.1:9', { allowPrivateHosts: [{ host: '127.0.0.1', port: 9 }] }],
    [
      'MAINSPRING_ALLOW_PRIVATE_HOSTS',
      'CRM.local:80, [::1]:9000,',
      {
        allowPrivateHosts: [
          { host: 'crm.local', port: 80 },
          { host: '::1', port: 9000 },
        ],
      },
    ],
    ['MAINSPRING_LEASE_MS', '2000', { leaseMs: 2000 }],
    [
      'MAINSPRING_TRUST_PROXIES',
      '127.0.0.1, 10.0.0.0/8,fd00::/8',
      { trustProxies: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'] },
    ],
    ['MAINSPRING_SIGN_UP', 'open', { signUp: 'open' }],
    ['SMTP_URL', 'smtp://localhost:1025', { smtpUrl: 'smtp://localhost:1025' }],
    ['MAIL_FROM', 'Team <team@example.com>', { mailFrom: 'Team <team@example.com>' }],
    ['MAIL_FROM', 'team@example.com', { mailFrom: 'team@example.com' }],
  ])('reads %s=%s', (name, value, expected) => {
    expect(read({ [name]: value })).toMatchObject(expected);
  });

  test.each([
    ['PORT', 'http', 'a port from 0'],
    ['PORT', '65536', 'a port from 0'],
    ['PORT', '-1', 'a port from 0'],
    ['PORT', '1e3', 'a port from 0'],
    ['HOST', 'http://x', 'an IP address or a host name'],
    ['HOST', '1.2.3', 'an IP address or a host name'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['MAINSPRING_ROLES', 'worker,cook', 'api, worker, scheduler, web'],
    ['MAINSPRING_ROLES', ',', 'api, worker, scheduler, web'],
    ['MAINSPRING_SECRET_KEY', 'short', '32 bytes in base64'],
    ['MAINSPRING_SECRET_KEY', Buffer.alloc(31).toString('base64'), '32 bytes in base64'],
    ['MAINSPRING_API_KEY', 'short', '8 to 200'],
    ['MAINSPRING_API_KEY', 'has a space in the middle', '8 to 200'],
    ['MAINSPRING_PUBLIC_URL', 'automation.example.com', 'https://automation.example.com'],
    ['MAINSPRING_PUBLIC_URL', 'https://a.example.com/?x=1', 'without a query'],
    ['MAINSPRING_ALLOW_PRIVATE_HOSTS', '127.0.0.1', 'host:port'],
    ['MAINSPRING_ALLOW_PRIVATE_HOSTS', '::1:80', 'host:port'],
    ['MAINSPRING_ALLOW_PRIVATE_HOSTS', '10.0.0.0/8:80', 'host:port'],
    ['MAINSPRING_ALLOW_PRIVATE_HOSTS', 'a:0', 'host:port'],
    ['MAINSPRING_LEASE_MS', '999', '1000 to 600000'],
    ['MAINSPRING_LEASE_MS', '10s', '1000 to 600000'],
    ['MAINSPRING_TRUST_PROXIES', 'proxy.local', 'addresses or networks'],
    ['MAINSPRING_TRUST_PROXIES', '10.0.0.0/33', 'addresses or networks'],
    ['MAINSPRING_TRUST_PROXIES', '10.0.0.0/8/8', 'addresses or networks'],
    ['SMTP_URL', 'mail.example.com', 'smtps://'],
    ['MAINSPRING_SIGN_UP', 'everyone', 'open or invited'],
    ['MAIL_FROM', 'Team', 'a mail address'],
    ['MAIL_FROM', 'a@b.c\r\nBcc: x@y.z', 'a mail address'],
  ])('refuses %s=%j and says what it accepts', (name, value, accepted) => {
    const error = refusal({ [name]: value });
    expect(error.variable).toBe(name);
    expect(error.message).toMatch(new RegExp(`^${name} must be .*[^.]\\.$`));
    expect(error.message).toContain(accepted);
    expect(error.message).not.toContain('\n');
  });

  test.each(['GOOGLE', 'GITHUB', 'MICROSOFT'])('takes id and secret of %s together only', (name) => {
    const [id, secret] = [`${name}_CLIENT_ID`, `${name}_CLIENT_SECRET`];
    const client = { clientId: 'a', clientSecret: 'b' };
    expect(read({ [id]: 'a', [secret]: 'b' }).social).toEqual({ [name.toLowerCase()]: client });
    expect(refusal({ [id]: 'a' }).message).toBe(`${secret} must be set too, as ${id} is.`);
    expect(refusal({ [secret]: 'canary' }).message).toBe(`${id} must be set too, as ${secret} is.`);
  });

  test.each([
    ['MAINSPRING_SECRET_KEY', 'canary'],
    ['MAINSPRING_API_KEY', 'canary'],
    ['DATABASE_URL', 'mysql://me:canary@db/x'],
    ['SMTP_URL', 'http://me:canary@mail'],
  ])('does not repeat the value of %s', (name, value) => {
    expect(refusal({ [name]: value }).message).not.toContain('canary');
  });

  test.each([
    ['MAINSPRING_ROLE', 'Did you mean MAINSPRING_ROLES?'],
    ['MAINSPRING_LEASEMS', 'Did you mean MAINSPRING_LEASE_MS?'],
    ['MAINSPRING_DATA_DIR', 'Did you mean MAINSPRING_DATA?'],
    ['mainspring_data', 'Did you mean MAINSPRING_DATA?'],
    ['MAINSPRING_COLOUR_SCHEME', 'The known ones are MAINSPRING_DATA, MAINSPRING_ROLES'],
  ])('refuses %s, which does not exist', (name, advice) => {
    const error = refusal({ [name]: 'x' });
    expect(error.variable).toBe(name);
    expect(error.message).toContain(`${name} is not a variable of Mainspring. ${advice}`);
  });
});
