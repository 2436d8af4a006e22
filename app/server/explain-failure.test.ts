import { describe, expect, test } from 'vitest';
import { ConfigError } from '../platform/config/config-error.ts';
import { DataFolderInUse } from '../platform/db/embedded/data-folder-in-use.ts';
import { MigrationError } from '../platform/db/migrate.ts';
import { SecretError } from '../platform/secrets/secret-error.ts';
import { explainFailure } from './explain-failure.ts';

const withCode = (message: string, more: object) => Object.assign(new Error(message), more);

describe('why a server does not start', () => {
  test.each<[string, unknown, RegExp]>([
    ['a wrong variable', new ConfigError('PORT', 'PORT must be a port.'), /^PORT must be a port\.$/],
    ['a data folder in use', new DataFolderInUse('/data', 7), /^The data folder \/data is in use .*\(process 7\)/],
    ['another master key', new SecretError('wrong_master_key', 'Not the one.'), /^Not the one\.$/],
    ['a migration that failed', new MigrationError('x.sql failed:\n  because'), /^x\.sql failed: because$/],
    ['a port in use', withCode('', { code: 'EADDRINUSE', port: 80, address: '::1' }), /^The port 80 at ::1 .* PORT /],
    ['an address of others', withCode('', { code: 'EADDRNOTAVAIL', address: '192.0.2.1' }), /^HOST .*"192\.0\.2\.1"/],
    ['a privileged port', withCode('', { code: 'EACCES', syscall: 'listen', port: 80 }), /^This user .* 80\. .*1023/],
    ['no database', withCode('connect refused', { code: 'ECONNREFUSED' }), /^DATABASE_URL: .*connect refused/],
    [
      'a refused login',
      withCode('password authentication failed', { code: '28P01' }),
      /^password authentication failed$/,
    ],
    ['our own words', new Error('The data folder\ncannot be used.'), /^The data folder cannot be used\.$/],
  ])('%s takes one line', (_, error, line) => {
    expect(explainFailure(error)).toMatch(line);
    expect(explainFailure(error)).not.toContain('\n');
  });

  test('a bug keeps its stack', () => {
    expect(explainFailure(new TypeError('x is not a function'))).toContain('explain-failure.test.ts');
  });

  test('what is no error is shown as it is', () => {
    expect(explainFailure('odd')).toBe('odd');
  });
});
