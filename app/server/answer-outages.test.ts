import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { Overloaded } from '../runtime/public.ts';
import { toOutage } from './answer-outages.ts';

function databaseError(code: string): Error {
  return Object.assign(new pg.DatabaseError('x', 1, 'error'), { code });
}

describe('what is no fault of the caller', () => {
  test('too much to do', () => {
    expect(toOutage(new Overloaded())).toMatchObject({ status: 503, code: 'overloaded', retryAfterSeconds: 1 });
  });

  test.each<[string, Error]>([
    ['refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['gone with its socket', Object.assign(new Error('connect'), { code: 'ENOENT' })],
    ['cut off', new Error('Connection terminated unexpectedly')],
    ['all connections taken', new Error('timeout exceeded when trying to connect')],
    ['shutting down', databaseError('57P01')],
    ['full', databaseError('53100')],
    ['too slow', databaseError('57014')],
  ])('a database that is %s', (_, error) => {
    expect(toOutage(error)).toMatchObject({ status: 503, code: 'database_unavailable', retryAfterSeconds: 5 });
  });
});

test.each<[string, unknown]>([
  ['a bug', new TypeError('x')],
  ['a broken rule of the tables', databaseError('23505')],
  ['a wrong statement', databaseError('42601')],
  ['no error', undefined],
])('%s is told as what it is', (_, error) => {
  expect(toOutage(error)).toBeUndefined();
});
