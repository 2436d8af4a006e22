import { describe, expect, test } from 'vitest';
import { readConfig } from '../../platform/config/config.ts';
import { checkSettings } from './check-settings.ts';

const KEY = Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64');
const GIVEN = { DATABASE_URL: 'postgres://u:p@localhost/x', MAINSPRING_SECRET_KEY: KEY };
const check = (env: Record<string, string>) => checkSettings(readConfig(env, '/srv/app'));

describe('settings', () => {
  test.each([
    ['the defaults', {}],
    ['all addresses behind TLS', { HOST: '0.0.0.0', MAINSPRING_PUBLIC_URL: 'https://go.example.com' }],
    ['loopback by name', { HOST: 'localhost' }],
    ['a given database with a given key', GIVEN],
    ['a database over TLS', { ...GIVEN, DATABASE_URL: 'postgres://u:p@db.example.com/x?sslmode=verify-full' }],
    ['a database at a socket', { ...GIVEN, DATABASE_URL: 'postgres://u:p@/x?host=/run/postgresql' }],
    ['mail over TLS', { SMTP_URL: 'smtps://u:p@mail.example.com' }],
    ['mail without a password', { SMTP_URL: 'smtp://mail.example.com' }],
    ['roles split over a given database', { ...GIVEN, MAINSPRING_ROLES: 'api' }],
  ])('%s are neither weak nor odd', (_name, env) => {
    expect(check(env)).toEqual([{ kind: 'ok', about: 'settings', text: 'nothing weak or odd' }]);
  });

  test.each([
    ['an open address without TLS', { HOST: '0.0.0.0' }, /HOST is 0\.0\.0\.0.*MAINSPRING_PUBLIC_URL/],
    ['an open IPv6 address', { HOST: '::' }, /HOST is ::/],
    ['a made key beside a given database', { DATABASE_URL: GIVEN.DATABASE_URL }, /MAINSPRING_SECRET_KEY/],
    ['a key of zeros', { MAINSPRING_SECRET_KEY: Buffer.alloc(32).toString('base64') }, /is no random key/],
    ['a short API key', { MAINSPRING_API_KEY: 'letmein!' }, /has 8 characters/],
    ['roles that nobody can play', { MAINSPRING_ROLES: 'api,web' }, /lacks worker and scheduler/],
    ['the metadata service', { MAINSPRING_ALLOW_PRIVATE_HOSTS: '169.254.169.254:80' }, /cloud credentials/],
    ['trust in everybody', { MAINSPRING_TRUST_PROXIES: '10.0.0.1,0.0.0.0/0' }, /trusts everybody/],
    [
      'a far database without TLS',
      { ...GIVEN, DATABASE_URL: 'postgres://u:p@db.example.com:5433/x' },
      /db\.example\.com w/,
    ],
    ['a mail password in the open', { SMTP_URL: 'smtp://u:p@mail.example.com' }, /smtps:/],
  ])('%s is pointed out', (_name, env, text) => {
    expect(check(env)).toEqual([{ kind: 'warning', about: 'settings', text: expect.stringMatching(text) }]);
  });
});
